// The panel of a room: what is pinned there, live for everybody, and the way to it.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { makeRoom, openDetails, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;
let room: string;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  room = await makeRoom(server, "ann", { name: "Club" });
  await setMember(server, "ann", room, "bo", "member");
  await server.postAll(room, ["read this first", ...Array.from({ length: 80 }, (_, i) => `line ${i}`)], server.token("bo", "Bo"));
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const enter = (name: string, width = 1100) => Person.enter(browser, server, name, { room, width, before: (page) => page.addInitScript(AXE) });

test("a moderator pins a message for all, who see it in the panel and go to it; its delete takes the pin away", async () => {
  const [ann, bo] = await Promise.all([enter("Ann"), enter("Bo", 360)]);
  // Bo may not.
  await bo.bubble("line 79").waitFor();
  const his = await bo.openMenu("line 79");
  expect(await his.getByRole("menuitem").allTextContents()).not.toContain("Pin");
  await bo.page.keyboard.press("Escape");

  await ann.bubble("line 79").waitFor();
  await ann.openMenu("line 79");
  await ann.page.getByRole("menuitem", { name: "Pin", exact: true }).click();
  await bo.bubble("line 79").getByText("Pinned").waitFor({ state: "attached" });
  await bo.page.locator(".note-line").getByText("pinned a message").waitFor();
  const first = (await server.log(room))[0]?.seq ?? 0;
  await server.ask("ann", "PUT", `rooms/${room}/pins/${first}`);

  await bo.page.getByRole("button", { name: "Pinned messages" }).click();
  const cards = bo.page.getByRole("dialog").locator(".card");
  await expect.poll(() => cards.locator(".card-text").allTextContents(), { timeout: SOON_MS }).toEqual(["read this first", "line 79"]);
  expect(await faultsOf(bo.page)).toEqual([]);
  await cards.first().getByRole("link").click();
  await bo.page.getByRole("dialog").waitFor({ state: "detached" });
  await bo.page.locator(`.message-found[data-seq="${first}"]`).waitFor();

  // While the panel is open what is pinned comes and goes.
  const panel = await openDetails(ann, "Pinned");
  const hers = panel.locator(".card");
  await expect.poll(() => hers.count(), { timeout: SOON_MS }).toBe(2);
  await server.ask("bo", "DELETE", `rooms/${room}/messages/${first}`);
  await expect.poll(() => hers.locator(".card-text").allTextContents(), { timeout: SOON_MS }).toEqual(["line 79"]);
  await hers.getByRole("button", { name: "Take the pin away" }).click();
  await panel.getByText("Nothing is pinned.").waitFor();
  await bo.page.locator(".bubble-pin").waitFor({ state: "detached" });
  await Promise.all([ann.leave(), bo.leave()]);
});
