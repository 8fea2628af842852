// Somebody who is in more rooms than a connection's first event names.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, openNew } from "./crew";
import { Person } from "./person";
import { Server } from "./server";

/** More than `ready` names (1,000), and than ten pages of the list. */
const ROOMS = 1_050;
const AT_ONCE = 30;
/** How long it may take to read and show them on a busy machine, in ms. */
const ALL_MS = 40_000;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  const numbers = Array.from({ length: ROOMS }, (_, n) => n);
  for (let i = 0; i < ROOMS; i += AT_ONCE) {
    await Promise.all(numbers.slice(i, i + AT_ONCE).map((n) => makeRoom(server, "ann", { name: `Project ${String(n).padStart(4, "0")}`, type: "private" })));
  }
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test("all of them are in the list, and found by their names", async () => {
  const ann = await Person.enter(browser, server, "Ann");
  const rows = ann.page.locator(".room-row");
  await expect.poll(() => rows.count(), { timeout: ALL_MS }).toBe(ROOMS);
  await ann.page.locator(".room-list-note", { hasText: "What is unread is counted in 1,000 of them." }).waitFor();
  // Rooms are sorted by what was said last, which is nothing: the last one is any of them, and opens.
  await rows.last().press("Enter");
  await ann.page.getByText("Nothing here yet").waitFor();
  await ann.say("hello");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  // It has gone to the top of the list.
  await expect.poll(() => rows.first().getAttribute("aria-current")).toBe("page");
  const dialog = await openNew(ann, "Find a room");
  await dialog.getByLabel("Name").fill("project 1049");
  await dialog.getByRole("button", { name: "Project 1049" }).click();
  await dialog.waitFor({ state: "detached" });
  await expect.poll(() => ann.page.getByRole("heading", { name: "Project 1049" }).count()).toBe(1);
  await ann.leave();
});
