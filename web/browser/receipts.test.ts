// How far one's own message has come: sent, delivered to a device, read; where the room shows it.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Somebody in a room, or in none, under an id of his own. */
const enter = (id: string, name: string, room?: string) => Person.enter(browser, server, name, { token: server.token(id, name), ...(room !== undefined && { room }) });

const direct = async (one: string, other: string): Promise<string> => ((await server.ask(one, "POST", "direct", { userId: other })) as { room: { id: string } }).room.id;

/** What is said of how far a message has come. */
const markOf = (person: Person, text: string) => expect.poll(() => person.bubble(text).locator(".bubble-state").textContent(), { timeout: SOON_MS });

/** The marks that a page sends of what was delivered, as it sends them. */
function marksOf(person: Person): string[] {
  const marks: string[] = [];
  person.page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => String(payload).includes("mark_delivered") && marks.push(String(payload))));
  return marks;
}

test("a message is sent, delivered when a device of the other has it, and read; each also after a reload", async () => {
  const room = await direct("ann1", "bo1");
  const ann = await enter("ann1", "Ann", room);
  await ann.say("are you there?");
  await markOf(ann, "are you there?").toBe("Sent");
  await server.post(await makeRoom(server, "bo1", { name: "Elsewhere", type: "private" }), "so that there is another room", server.token("bo1", "Bo"));

  const bo = await enter("bo1", "Bo");
  await bo.connected();
  await markOf(ann, "are you there?").toBe("Delivered");
  await ann.say("and this one?");
  await markOf(ann, "and this one?").toBe("Delivered");
  await bo.leave();
  await ann.say("and now?");
  await markOf(ann, "and now?").toBe("Sent");
  await ann.page.reload();
  await markOf(ann, "and this one?").toBe("Delivered");
  await markOf(ann, "and now?").toBe("Sent");

  const again = await enter("bo1", "Bo", room);
  await again.bubble("and now?").waitFor();
  for (const text of ["are you there?", "and this one?", "and now?"]) await markOf(ann, text).toBe("Read");
  await ann.page.reload();
  await markOf(ann, "and now?").toBe("Read");
  await ann.leave();
  await again.leave();
});

test("of a room that shows it, those who have a message unread are listed behind those who have read it", async () => {
  const room = await makeRoom(server, "ann2", { name: "Plans", type: "private" });
  for (const who of ["bo2", "cleo2", "dan2"]) await setMember(server, "ann2", room, who, "member");
  const ann = await enter("ann2", "Ann", room);
  const bo = await enter("bo2", "Bo");
  await bo.connected();
  await ann.say("hidden so far");
  await bo.page.getByText("1 unread").waitFor({ state: "attached" });
  await server.ask("ann2", "PATCH", `rooms/${room}`, { receipts: true });
  await ann.say("who has this?");
  await markOf(ann, "who has this?").toBe("Delivered");
  expect(await ann.page.locator(".seen-by").count()).toBe(0);

  await (await ann.openMenu("who has this?")).getByRole("menuitem", { name: "Who has read it" }).press("Enter");
  const dialog = ann.page.getByRole("dialog", { name: "Who has read it" });
  const names = (list: string) => expect.poll(() => dialog.getByRole("list", { name: list }).locator(".pick-name").allTextContents(), { timeout: SOON_MS });
  await names("Delivered to").toEqual(["Bo"]);
  expect(await dialog.getByRole("status").textContent()).toBe("Nobody has read it yet. 1 more person has it.");
  const cleo = await enter("cleo2", "Cleo", room);
  await cleo.bubble("who has this?").waitFor();
  await names("Who has read it").toEqual(["Cleo"]);
  await names("Delivered to").toEqual(["Bo"]);
  await ann.page.keyboard.press("Escape");
  await markOf(ann, "who has this?").toBe("Read");
  for (const person of [ann, bo, cleo]) await person.leave();
});

test("many messages are one mark, and one that is read at once is none", async () => {
  const room = await direct("ann3", "bo3");
  const bo = await enter("bo3", "Bo");
  const marks = marksOf(bo);
  await bo.page.reload(); // with the socket that is listened to
  await bo.connected();
  const ann = await enter("ann3", "Ann", room);
  await server.postAll(room, Array.from({ length: 10 }, (_, i) => `line ${i + 1}`), server.token("ann3", "Ann"));
  await ann.say("the last");
  await markOf(ann, "the last").toBe("Delivered");
  expect(marks.length).toBeGreaterThan(0);
  expect(marks.length).toBeLessThan(4);

  await bo.page.goto(`${server.url}/rooms/${room}`);
  await bo.bubble("the last").waitFor();
  await markOf(ann, "the last").toBe("Read");
  const before = marks.length;
  for (const text of ["seen at once", "this one too"]) {
    await ann.say(text);
    await markOf(ann, text).toBe("Read");
  }
  expect(marks).toHaveLength(before);
  await ann.leave();
  await bo.leave();
});

test("who is invisible is not shown by what he receives", async () => {
  const room = await direct("ann4", "bo4");
  await server.ask("bo4", "PATCH", "users/me", { status: "invisible" });
  const bo = await enter("bo4", "Bo");
  const marks = marksOf(bo);
  await bo.page.reload();
  await bo.connected();
  const ann = await enter("ann4", "Ann", room);
  await ann.say("psst");
  await expect.poll(() => marks.length, { timeout: SOON_MS }).toBe(1);
  await ann.say("still there?");
  await expect.poll(() => marks.length, { timeout: SOON_MS }).toBe(2); // the first was answered by then
  await markOf(ann, "psst").toBe("Sent");
  const { receipts } = (await server.ask("ann4", "GET", `rooms/${encodeURIComponent(room)}/receipts`)) as { receipts: { userId: string; seq: number; deliveredSeq: number }[] };
  expect(receipts.filter(({ userId, seq, deliveredSeq }) => userId === "bo4" && deliveredSeq === seq)).toHaveLength(1);
  await server.ask("bo4", "PATCH", "users/me", { status: null });
  await ann.say("and now");
  await markOf(ann, "and now").toBe("Delivered");
  await ann.leave();
  await bo.leave();
});
