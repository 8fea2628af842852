// Who is there, who types, and where one goes on reading.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../client/src/index.js";
import { startBrowser } from "./browser";
import { makeRoom, meet, openDetails, row, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

/** So many messages one reads back for, at most, when a room is opened. */
const NEAR = 200;
/** So many are too many for that. */
const MANY = 201;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await meet(server, { ann: "Ann Lee", bo: "Bo Chen", cleo: "Cleo", dan: "Dan" });
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const names: Record<string, string> = { ann: "Ann Lee", bo: "Bo Chen", cleo: "Cleo", dan: "Dan" };
const enter = (sub: string, room?: string) => Person.enter(browser, server, names[sub] ?? sub, { token: server.token(sub, names[sub] ?? sub), ...(room !== undefined && { room }) });
const typingLine = (person: Person) => person.page.locator(".typing-line");

test("whoever is written to is there, and when he goes it says since when, in the list, the head and the panel", async () => {
  const { room } = (await server.ask("ann", "POST", "direct", { userId: "bo" }, "Ann Lee")) as { room: { id: string } };
  const club = await makeRoom(server, "ann", { name: "Club", type: "private" });
  await setMember(server, "ann", club, "bo", "member");
  await server.post(room.id, "hello", server.token("ann", "Ann Lee"));
  const ann = await enter("ann", room.id);
  const dot = row(ann, room.id).locator(".with-presence");
  await expect.poll(() => dot.getAttribute("data-presence"), { timeout: SOON_MS }).toBe("offline");
  const bo = await enter("bo", room.id);
  await expect.poll(() => dot.getAttribute("data-presence"), { timeout: SOON_MS }).toBe("online");
  await ann.page.locator(".room-head").getByText("Online").waitFor();
  await row(ann, club).click();
  const panel = await openDetails(ann, "Members");
  await panel.locator('[data-member="bo"]').getByText("Member · Online").waitFor();
  await bo.leave();
  await panel.locator('[data-member="bo"]').getByText("Member · Last seen just now").waitFor({ timeout: 2 * SOON_MS });
  await panel.getByRole("button", { name: "Close" }).click();
  await row(ann, room.id).click();
  await ann.page.locator(".room-head").getByText(/^Last seen /).waitFor();
  await ann.leave();
});

test("whoever does nothing at his page for 5 minutes is away, in the list, the head and the panel, until he moves the mouse", async () => {
  const { room } = (await server.ask("ann", "POST", "direct", { userId: "bo" }, "Ann Lee")) as { room: { id: string } };
  const club = await makeRoom(server, "ann", { name: "Reading club", type: "private" });
  await setMember(server, "ann", club, "bo", "member");
  const bo = await Person.enter(browser, server, "Bo Chen", { token: server.token("bo", "Bo Chen"), room: club, before: (page) => page.clock.install() });
  const ann = await enter("ann", room.id);
  const dots = { list: row(ann, room.id).locator(".with-presence"), head: ann.page.locator(".room-head .with-presence") };
  const line = ann.page.locator(".room-head p");
  const is = async (status: string, words: string) => {
    for (const dot of Object.values(dots)) await expect.poll(() => dot.getAttribute("data-presence"), { timeout: SOON_MS }).toBe(status);
    await expect.poll(() => line.textContent(), { timeout: SOON_MS }).toBe(words);
  };
  await is("online", "Online");
  await bo.page.clock.fastForward(5 * 60_000);
  await is("idle", "Away");
  await row(ann, club).click();
  const panel = await openDetails(ann, "Members");
  const member = panel.locator('[data-member="bo"]');
  await member.getByText("Member · Away").waitFor();
  await bo.page.mouse.move(100, 100);
  await bo.page.mouse.move(200, 200);
  await member.getByText("Member · Online").waitFor();
  await panel.getByRole("button", { name: "Close" }).click();
  await row(ann, room.id).click();
  await is("online", "Online");
  await ann.leave();
  await bo.leave();
});

test("of somebody’s two tabs one is closed: he is there still; the other, too: he is not", async () => {
  const people = { eve: "Eve", finn: "Finn", gus: "Gus" };
  await meet(server, people);
  const direct = async (userId: string) => ((await server.ask("eve", "POST", "direct", { userId }, "Eve")) as { room: { id: string } }).room.id;
  const [toFinn, toGus] = [await direct("finn"), await direct("gus")];
  const arrive = (sub: keyof typeof people, room: string) => Person.enter(browser, server, people[sub], { token: server.token(sub, people[sub]), room });
  const eve = await arrive("eve", toGus);
  const [first, second] = [await arrive("finn", toFinn), await arrive("finn", toFinn)]; // of two browsers
  const dot = (room: string) => row(eve, room).locator(".with-presence");
  const isSeen = (room: string, status: string) => expect.poll(() => dot(room).getAttribute("data-presence"), { timeout: SOON_MS }).toBe(status);
  await isSeen(toFinn, "online");
  await isSeen(toGus, "offline");
  const asking = connect(server.url, { token: server.token("eve", "Eve") });
  const hasSockets = (count: number) => expect.poll(async () => (await asking.presence(["finn"]))[0]?.sockets, { timeout: SOON_MS }).toBe(count);
  await hasSockets(2);
  await eve.page.evaluate((selector) => {
    const seen: (string | null | undefined)[] = [];
    Object.assign(window, { seen });
    const look = () => {
      const now = document.querySelector(selector)?.getAttribute("data-presence");
      if (now !== seen.at(-1)) seen.push(now);
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  }, `[data-room="${toFinn}"] .with-presence`);
  const seen = () => eve.page.evaluate(() => (window as unknown as { seen: unknown[] }).seen);

  await first.leave();
  await hasSockets(1);
  // Whatever that has changed is told before what somebody else does afterwards.
  const gus = await arrive("gus", toGus);
  await isSeen(toGus, "online");
  await gus.leave();
  await isSeen(toGus, "offline");
  expect(await seen()).toEqual(["online"]);
  await second.leave();
  await isSeen(toFinn, "offline");
  expect(await seen()).toEqual(["online", "offline"]);
  asking.close();
  await eve.leave();
});

test("who types is named: one, two, several; and no more once it is sent, taken back or the page is gone", async () => {
  const [ann, bo, cleo, dan] = await Promise.all([enter("ann", "typing"), enter("bo", "typing"), enter("cleo", "typing"), enter("dan", "typing")]);
  if (!ann || !bo || !cleo || !dan) throw new Error("there are four");
  const line = typingLine(ann);
  const says = (text: string) => expect.poll(() => line.textContent(), { timeout: SOON_MS }).toBe(text);
  // What is typed is said again: one saying may be lost, and the machine may be slow.
  await bo.field.pressSequentially("he");
  await says("Bo Chen is typing");
  expect(await typingLine(bo).textContent()).toBe("");
  await cleo.field.pressSequentially("I");
  await expect.poll(async () => {
    await bo.field.pressSequentially("l");
    return line.textContent();
  }, { timeout: 2 * SOON_MS }).toMatch(/^(Bo Chen and Cleo|Cleo and Bo Chen) are typing$/);
  await expect.poll(async () => {
    for (const person of [bo, cleo, dan]) await person.field.pressSequentially("o");
    return line.textContent();
  }, { timeout: 2 * SOON_MS }).toBe("Several people are typing");
  await bo.field.press("Enter");
  await dan.field.fill("");
  await cleo.leave(); // nobody says so any more
  await says("");
  await Promise.all([ann.leave(), bo.leave(), dan.leave()]);
});

test("a room is opened where its unread messages begin, and is read once one is at the end", async () => {
  const room = await makeRoom(server, "ann", { name: "Long", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const as = server.token("ann", "Ann Lee");
  const known = await server.post(room, "known", as);
  await server.ask("bo", "PUT", `rooms/${room}/read`, { seq: known.seq }, "Bo Chen");
  for (let n = 0; n < NEAR; n++) await server.post(room, `new ${n}`, as);
  const bo = await enter("bo");
  await row(bo, room).getByText(`${NEAR} unread`).waitFor();
  await row(bo, room).click();
  const line = bo.page.locator(".unread-line");
  await line.waitFor();
  const isInSight = () => line.evaluate((element) => {
    const frame = document.querySelector(".timeline")?.getBoundingClientRect();
    const { top, bottom } = element.getBoundingClientRect();
    return frame !== undefined && top >= frame.top && bottom <= frame.bottom;
  });
  await expect.poll(isInSight, { timeout: SOON_MS }).toBe(true);
  expect(await line.evaluate((element) => element.nextElementSibling?.querySelector(".bubble-text")?.textContent)).toBe("new 0");
  expect(await bo.page.locator(".far-unread").count()).toBe(0);
  // What is in sight is read, and nothing below it.
  const unread = async () => Number((await server.ask("bo", "PUT", `rooms/${room}/read`, { seq: 0 }))["unread"]);
  await expect.poll(unread, { timeout: SOON_MS }).toBeLessThan(NEAR);
  const newestInSight = () => bo.page.evaluate(() => {
    const bottom = document.querySelector(".timeline")?.getBoundingClientRect().bottom ?? 0;
    const seen = [...document.querySelectorAll<HTMLElement>(".message[data-seq]")].filter((message) => message.getBoundingClientRect().bottom <= bottom);
    return seen.at(-1)?.querySelector(".bubble-text")?.textContent;
  });
  await expect.poll(async () => (await unread()) + Number((await newestInSight())?.replace("new ", "")), { timeout: SOON_MS }).toBe(NEAR - 1);
  await bo.page.getByRole("button", { name: `${NEAR} new messages` }).click();
  await expect.poll(unread, { timeout: SOON_MS }).toBe(0);
  await row(bo, room).locator(".badge").waitFor({ state: "detached" });
  await bo.leave();
});

test("where very much is unread a button leads to the first of it, and nothing is read because the end is in sight", async () => {
  const room = await makeRoom(server, "ann", { name: "Flood", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  await server.postAll(room, Array.from({ length: MANY }, (_, n) => `flood ${n}`), server.token("ann", "Ann Lee"));
  const bo = await enter("bo", room);
  await bo.page.getByRole("button", { name: `${MANY} unread: jump to the first` }).waitFor();
  expect(await bo.page.locator(".unread-line").count()).toBe(0); // it is further back than what was read
  // At the end one goes on following, and what is not read stays so.
  await server.post(room, "one more", server.token("ann", "Ann Lee"));
  await bo.bubble("one more").waitFor();
  const unread = async () => Number((await server.ask("bo", "PUT", `rooms/${room}/read`, { seq: 0 }))["unread"]);
  await expect.poll(() => unread()).toBe(MANY + 1);
  await bo.page.getByRole("button", { name: `${MANY + 1} unread: jump to the first` }).click();
  const line = bo.page.locator(".unread-line");
  await line.waitFor();
  expect(await line.evaluate((element) => element.nextElementSibling?.querySelector(".bubble-text")?.textContent)).toBe("flood 0");
  await expect.poll(() => line.evaluate((element) => {
    const top = element.getBoundingClientRect().top;
    return top > 0 && top < innerHeight;
  }), { timeout: SOON_MS }).toBe(true);
  // From there on what is in sight is read.
  await expect.poll(unread, { timeout: SOON_MS }).toBeLessThan(MANY + 1);
  expect(await unread()).toBeGreaterThan(MANY - 60);
  await bo.leave();
});

test("very much that is unread is read by a word", async () => {
  const room = await makeRoom(server, "ann", { name: "Deluge", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  await server.postAll(room, Array.from({ length: MANY }, (_, n) => `deluge ${n}`), server.token("ann", "Ann Lee"));
  const bo = await enter("bo", room);
  await bo.page.getByRole("button", { name: "Mark as read" }).click();
  await row(bo, room).locator(".badge").waitFor({ state: "detached" });
  await expect.poll(async () => (await server.ask("bo", "PUT", `rooms/${room}/read`, { seq: 0 }))["unread"], { timeout: SOON_MS }).toBe(0);
  expect(await bo.page.locator(".jump").count()).toBe(0);
  await bo.leave();
});
