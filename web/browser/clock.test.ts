// A device's clock that is an hour off: it is the server's that counts.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NAMES, rudeRoom, visit } from "./admin-world";
import { startBrowser } from "./browser";
import { setClockOff } from "./clock";
import { makeRoom, meet, openDetails, row, setMember } from "./crew";
import { Person, type PersonOptions, SOON_MS } from "./person";
import { Server } from "./server";

const HOUR_MS = 3_600_000;
const OFF = [-HOUR_MS, HOUR_MS];
/** What of an hour may pass before it is looked at. */
const SPENT_MS = HOUR_MS / 10;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await meet(server, { ...NAMES });
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const optionsOf = (off: number, who: string, more: PersonOptions = {}): PersonOptions => ({
  token: server.token(who, NAMES[who] ?? who),
  before: (page) => setClockOff(page, off),
  ...more,
});
const enter = (off: number, who: string, more: PersonOptions = {}) => Person.enter(browser, server, NAMES[who] ?? who, optionsOf(off, who, more));

/** How long somebody is banned from a room by what the server says, in ms from now; 0: he is not. */
async function banOf(room: string, who: string): Promise<number> {
  const { members } = (await server.ask("ann", "GET", `rooms/${room}/members`)) as { members: { userId: string; bannedUntil?: string }[] };
  return leftUntil(members.find(({ userId }) => userId === who)?.bannedUntil);
}

function leftUntil(time: string | undefined): number {
  return Math.max(0, (Date.parse(time ?? "") || 0) - Date.now());
}

/** It comes to be an hour, less what has passed. */
async function becomesAnHour(left: () => Promise<number>): Promise<void> {
  await expect.poll(left, { timeout: SOON_MS }).toBeGreaterThan(0);
  const ms = await left();
  expect(ms).toBeGreaterThan(HOUR_MS - SPENT_MS);
  expect(ms).toBeLessThanOrEqual(HOUR_MS);
}

test.each(OFF)("by a clock %i ms off one comes in with a token of an hour, and again after a reload; with one that is over nobody does", async (off) => {
  const ann = await Person.arrive(browser);
  const { page } = ann;
  await setClockOff(page, off);
  await page.goto(server.url);
  await page.getByRole("button", { name: "Token" }).click();
  const field = page.getByLabel("Token", { exact: true });
  const submit = page.getByRole("button", { name: "Sign in with the token" });
  await field.fill(server.token("ann", "Ann", -60));
  await submit.click();
  await page.getByText("That token has expired").waitFor();
  await field.fill(server.token("ann", "Ann"));
  await submit.click();
  await ann.connected();
  await page.reload();
  await ann.connected();
  await ann.leave();
});

test("of a session that rests in the browser the server says whether it is over, and one goes on where one was", async () => {
  const ann = await enter(HOUR_MS, "ann", { token: server.token("ann", NAMES["ann"] ?? "", -60) });
  await ann.page.getByRole("button", { name: "Token" }).click();
  await ann.page.getByLabel("Token", { exact: true }).fill(server.token("ann", NAMES["ann"] ?? ""));
  await ann.page.getByRole("button", { name: "Sign in with the token" }).click();
  await ann.connected();
  await ann.leave();
});

test.each(OFF)("by a clock %i ms off a session that is about to end says in how many seconds", async (off) => {
  const ttl = 50; // s
  const ann = await enter(off, "ann", { token: server.token("ann", NAMES["ann"] ?? "", ttl) });
  const left = ann.page.locator(".banner-text", { hasText: "Your session ends soon." }).getByText(/\d s left$/);
  const seconds = Number.parseInt((await left.textContent()) ?? "", 10);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(ttl);
  await ann.leave();
});

test.each(OFF)("by a clock %i ms off a ban for an hour lasts an hour, and it is seen for how long", async (off) => {
  const room = await makeRoom(server, "ann", { name: "Crew", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const ann = await enter(off, "ann", { room });
  const panel = await openDetails(ann, "Members");
  const bo = panel.locator("[data-member=bo]");
  await bo.getByRole("button", { name: "What to do with Bo Chen" }).click();
  await ann.page.getByRole("menuitem", { name: "Ban…" }).click();
  const dialog = ann.page.getByRole("dialog", { name: "Ban Bo Chen" });
  await dialog.getByLabel("For how long").selectOption("1 hour");
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await becomesAnHour(() => banOf(room, "bo"));
  await bo.getByText("Banned until").waitFor();
  await ann.leave();
});

test.each(OFF)("by a clock %i ms off a ban for an hour that a report comes to lasts an hour", async (off) => {
  const { room, seq } = await rudeRoom(server, "Planning");
  const bo = await visit(browser, server, "bo", `/admin/reports?room=${room}`, optionsOf(off, "bo"));
  await bo.page.locator(`[data-report="${room}/${seq}"]`).getByRole("button", { name: "Ban…" }).click();
  const dialog = bo.page.getByRole("dialog", { name: "Ban Dan Fox?" });
  await dialog.getByLabel("For how long").selectOption("1 hour");
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await becomesAnHour(() => banOf(room, "dan"));
  await bo.leave();
});

test.each(OFF)("by a clock %i ms off a room that is muted for an hour is muted for an hour, and shown as muted", async (off) => {
  const room = await makeRoom(server, "ann", { name: "Quiet", type: "private" });
  const ann = await enter(off, "ann", { room });
  await openDetails(ann);
  await ann.page.getByRole("button", { name: "Notify", exact: true }).click();
  await ann.page.getByRole("button", { name: "For 1 hour" }).click();
  // What is not given stays as it is.
  const alerts = async () => (await server.ask("ann", "PUT", `rooms/${room}/alerts`, {}))["alerts"] as { mutedUntil?: string };
  await becomesAnHour(async () => leftUntil((await alerts()).mutedUntil));
  await ann.page.getByText(/^This room is muted until \w+day/).waitFor();
  await row(ann, room).locator(".room-row-muted").waitFor();
  await ann.leave();
});

test("a mute of half an hour holds by a clock an hour ahead, in the list and in the form", async () => {
  const room = await makeRoom(server, "ann", { name: "Resting", type: "private" });
  await server.ask("ann", "PUT", `rooms/${room}/alerts`, { mutedUntil: new Date(Date.now() + HOUR_MS / 2).toISOString() });
  const ann = await enter(HOUR_MS, "ann", { room });
  await row(ann, room).locator(".room-row-muted").waitFor();
  await openDetails(ann);
  await ann.page.getByRole("button", { name: "Notify", exact: true }).click();
  await ann.page.getByText(/^This room is muted until \w+day/).waitFor();
  await ann.leave();
});

test("by a clock an hour ahead who has just gone was seen just now, in the head and among the members", async () => {
  const { room } = (await server.ask("ann", "POST", "direct", { userId: "cleo" }, NAMES["ann"] ?? "")) as { room: { id: string } };
  await server.post(room.id, "hello", server.token("ann", NAMES["ann"] ?? ""));
  const club = await makeRoom(server, "ann", { name: "Club", type: "private" });
  await setMember(server, "ann", club, "cleo", "member");
  const cleo = await Person.enter(browser, server, "Cleo", { token: server.token("cleo", "Cleo") });
  await cleo.connected();
  const ann = await enter(HOUR_MS, "ann", { room: room.id });
  const head = ann.page.locator(".room-head");
  await head.getByText("Online").waitFor();
  await cleo.leave();
  await head.getByText("Last seen just now").waitFor({ timeout: 2 * SOON_MS });
  await row(ann, club).click();
  const panel = await openDetails(ann, "Members");
  await panel.locator("[data-member=cleo]").getByText(/^Member · Last seen (just now|\d min)/).waitFor();
  await ann.leave();
});

test.each(OFF)("by a clock %i ms off what is said now has the server's time, one's own and another's", async (off) => {
  const room = await makeRoom(server, "ann", { name: "Times", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const ann = await enter(off, "ann", { room });
  const before = Date.now();
  await server.post(room, "and mine", server.token("bo", NAMES["bo"] ?? ""));
  await ann.bubble("and mine").waitFor();
  await ann.context.setOffline(true);
  await ann.connected(false);
  await ann.say("my time");
  const own = ann.bubble("my time");
  await own.and(ann.page.locator('[data-state="sending"]')).waitFor();
  for (const message of [own, ann.bubble("and mine")]) {
    const at = Date.parse((await message.locator("time").getAttribute("datetime")) ?? "");
    expect(Math.abs(at - before)).toBeLessThan(SPENT_MS);
  }
  await ann.context.setOffline(false);
  await own.and(ann.page.locator('[data-state="logged"][data-seq]')).waitFor();
  await ann.leave();
});
