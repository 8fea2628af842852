// What is written by people who mean no good, or have a lot to say: the page stays usable.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archiveOf } from "./archive";
import { sticksOut } from "./axe";
import { startBrowser, type Theme } from "./browser";
import { setClockOff } from "./clock";
import { openDetails, row } from "./crew";
import { EMOJIS, LONG_TEXTS, MEMBERS, memberOf, reactAll, REACTORS, sayNames, STRANGE_NAMES } from "./hard-corpus";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

/** The height of a line with a name, and some more, in CSS pixels. */
const LINE_PX = 32;
const HOUR_MS = 3_600_000;
/** So far a clock is off: from any minute of the hour it is asked in it leads to another day, and that hour may end meanwhile. */
const OFF_MS = 2 * HOUR_MS;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  const many = Array.from({ length: MEMBERS }, (_, i) => memberOf(i));
  const archive = archiveOf({ many: [{ author: memberOf(1), text: "so many of us", at: Date.now() - 60_000 }] }, { many });
  [browser, server] = await Promise.all([startBrowser(), Server.holding(archive)]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Nothing is wider than it should be, and one can still write. */
async function isUsable(person: Person, says: string): Promise<void> {
  const wide = (page: Page, selector: string) => page.locator(selector).evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(await sticksOut(person.page, [])).toEqual([]);
  expect(await wide(person.page, ".timeline")).toBe(0);
  await person.say(says);
  await person.bubble(says).and(person.page.locator('[data-state="logged"][data-seq]')).waitFor();
}

const sizes: { width: number; theme: Theme }[] = [
  { width: 360, theme: "dark" },
  { width: 1440, theme: "light" },
];

test("the longest texts without a space stay in their bubbles, and one can read past them", async () => {
  for (const text of LONG_TEXTS) await server.post("long", text);
  for (const { width, theme } of sizes) {
    const ann = await Person.enter(browser, server, "Ann", { room: "long", width, theme });
    expect((await ann.texts()).slice(0, LONG_TEXTS.length)).toEqual(LONG_TEXTS);
    await isUsable(ann, `after them, ${width} px`);
    await ann.page.locator(".timeline").evaluate((element) => (element.scrollTop = 0));
    await ann.page.locator(".timeline-start").waitFor();
    await ann.leave();
  }
});

test("two hundred reactions wrap below their message, and each can be set and taken back", async () => {
  const { seq } = await server.post("loved", "loved by all");
  await reactAll(server, "loved", seq);
  for (const { width, theme } of sizes) {
    const ann = await Person.enter(browser, server, "Ann", { room: "loved", width, theme });
    await expect.poll(() => ann.page.locator(".reaction").count(), { timeout: SOON_MS }).toBe(EMOJIS);
    await isUsable(ann, `a word, ${width} px`);
    const last = ann.page.locator(".reaction").last();
    await last.click();
    await expect.poll(() => last.textContent(), { timeout: SOON_MS }).toContain(String(REACTORS + 1));
    await last.click();
    await expect.poll(() => last.textContent(), { timeout: SOON_MS }).toContain(String(REACTORS));
    // It is seen before it is stored, and the next page is to begin without it.
    await expect.poll(async () => {
      const { reactions } = (await server.ask("bob", "GET", `rooms/loved/messages/${seq}/reactions`)) as { reactions: { userIds: string[] }[] };
      return reactions.filter(({ userIds }) => userIds.includes("ann"));
    }).toEqual([]);
    await ann.leave();
  }
});

test("names of nothing but combining characters, of one letter without end, and that turn the text around keep to their place", async () => {
  await sayNames(server, "names");
  for (const { width, theme } of sizes) {
    const ann = await Person.enter(browser, server, "Ann", { room: "names", width, theme });
    await ann.bubble("who am I, 3").waitFor();
    const [heights, words] = await Promise.all([
      ann.page.locator(".group-name").evaluateAll((all) => all.map((name) => name.getBoundingClientRect().height)),
      ann.page.locator(".bubble-text").allTextContents(),
    ]);
    expect(Math.max(...heights)).toBeLessThan(LINE_PX); // one line each
    expect(await ann.page.locator(".group > .avatar").allTextContents()).toEqual(["?", "N", "E", "H̷̡̛", "H"]);
    expect(words.slice(0, STRANGE_NAMES.length)).toEqual(STRANGE_NAMES.map((_, i) => `who am I, ${i}`));
    await isUsable(ann, `and I, ${width} px`);
    await ann.leave();
  }
});

test.each([-OFF_MS, OFF_MS])("a clock %i ms off puts what is said now under today, and its time is the server's", async (off) => {
  // Where it is the first hour of the day, or the last but one: there the clock is in another day.
  const hour = new Date().getUTCHours();
  const ahead = (off < 0 ? 0 : 22) - hour;
  const offset = ((ahead + 36) % 24) - 12; // hours the place is ahead of UTC, by its name the other way round: there are places from -12 to 14
  const timezone = offset === 0 ? "UTC" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
  const room = off < 0 ? "slow" : "fast";
  await server.post(room, "said now");
  const ann = await Person.enter(browser, server, "Ann", {
    room,
    timezone,
    before: (page) => setClockOff(page, off),
  });
  await ann.bubble("said now").waitFor();
  await expect.poll(() => ann.page.locator(".day").evaluateAll((days) => days.map((day) => day.getAttribute("aria-label"))), { timeout: SOON_MS }).toEqual(["Today"]);
  const own = "and by me";
  await ann.say(own);
  await ann.bubble(own).and(ann.page.locator('[data-state="logged"][data-seq]')).waitFor();
  await (await ann.openMenu(own)).getByRole("menuitem", { name: "Edit" }).click();
  await ann.editField.fill("and by me, again");
  await ann.editField.press("Enter");
  await ann.bubble("and by me, again").locator(".bubble-edited").waitFor();
  expect(await ann.page.locator(".day").count()).toBe(1);
  // A time of day, and no day before this one.
  await expect.poll(() => row(ann, room).locator("time").textContent(), { timeout: SOON_MS }).toMatch(/^\d\d:\d\d$/);
  await ann.leave();
});

test("in a room of five thousand the details open, and the list of members is read as one goes", async () => {
  for (const { width, theme } of sizes) {
    const owner = await Person.enter(browser, server, "Owner", { room: "many", token: server.token(memberOf(0), "Owner"), width, theme });
    await owner.bubble("so many of us").waitFor();
    const panel = await openDetails(owner, "Members");
    await expect.poll(() => panel.locator("[data-member]").count(), { timeout: SOON_MS }).toBeGreaterThan(10);
    const ids = () => panel.locator("[data-member]").evaluateAll((rows) => rows.map((one) => one.getAttribute("data-member")));
    const first = await ids();
    expect(first.length).toBeLessThanOrEqual(200);
    await panel.getByRole("button", { name: "Show more" }).click();
    await expect.poll(async () => (await ids()).length, { timeout: SOON_MS }).toBeGreaterThan(first.length);
    // In their order, each once, and the second page begins where the first ends.
    const shown = await ids();
    expect(shown).toEqual(shown.map((_, i) => memberOf(i)));
    expect(await panel.locator(`[data-member="${memberOf(first.length)}"] .pick-name`).textContent()).toBe(memberOf(first.length));
    await owner.page.keyboard.press("Escape");
    await isUsable(owner, `hello all, ${width} px`);
    await owner.leave();
  }
});
