// A private room with more members than one page of them holds.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, meet, setMember } from "./crew";
import { Person } from "./person";
import { Server } from "./server";
import { answerFor } from "./wire";

/** A page of members is a hundred. */
const MEMBERS = 120;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test("@ finds whoever is a member, wherever he stands among the others", async () => {
  await meet(server, { zoe: "Zoe Last" });
  const room = await makeRoom(server, "ann", { name: "Crowd", type: "private" });
  for (let i = 0; i < MEMBERS; i++) await setMember(server, "ann", room, `m${String(i).padStart(3, "0")}`, "member");
  await setMember(server, "ann", room, "zoe", "member");
  const ann = await Person.enter(browser, server, "Ann", { room });
  await ann.field.pressSequentially("@las");
  await ann.page.getByRole("option", { name: /Zoe Last/ }).waitFor();
  await ann.field.press("Enter");
  await expect.poll(() => ann.field.inputValue()).toMatch(/^@Zoe Last /);
  await ann.leave();
});

test("@ looks on behind pages on which nobody is", async () => {
  await meet(server, { yan: "Yan Last" });
  const room = await makeRoom(server, "ann", { name: "Scattered", type: "private" });
  await setMember(server, "ann", room, "yan", "member");
  const asked: unknown[] = [];
  // As in a room of thousands, among others who are called so and are no members.
  const emptyAtFirst = (after: unknown) => {
    asked.push(after);
    return asked.length <= 2 ? { ok: true, members: [], more: false, next: `m${asked.length}` } : undefined;
  };
  const ann = await Person.enter(browser, server, "Ann", { room, before: (page) => answerFor(page, "list_members", ({ query, after }) => (query === "las" ? emptyAtFirst(after) : undefined)) });
  await ann.field.pressSequentially("@las", { delay: 0 });
  await ann.page.getByRole("option", { name: /Yan Last/ }).waitFor();
  expect(asked).toEqual([undefined, "m1", "m2"]);
  await ann.leave();
});
