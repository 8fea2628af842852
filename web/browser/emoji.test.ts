// Emoji: chosen from all of them, for a message and for a reaction, and typed by name.

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../client/src/index.js";
import { startBrowser } from "./browser";
import { Person } from "./person";
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

const enter = (name: string, room: string, width?: number) => Person.enter(browser, server, name, width === undefined ? { room } : { room, width });
const search = (person: Person) => person.page.getByRole("searchbox", { name: "Search emoji" });
const cells = (person: Person) => person.page.getByRole("gridcell");
const focusedLabel = (person: Person) => person.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
const isFocused = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

async function open(person: Person): Promise<void> {
  await person.page.getByRole("button", { name: "Emoji", exact: true }).click();
  await search(person).waitFor();
}

test("for a message: searched by name, put where the caret stands, and among the recent ones the next time", async () => {
  const ann = await enter("Ann", "choose");
  await ann.field.fill("Hello all");
  for (let i = 0; i < 4; i++) await ann.field.press("ArrowLeft");
  await open(ann);
  await expect.poll(() => isFocused(search(ann))).toBe(true);
  expect(await ann.page.getByRole("tab", { name: "Recently used" }).count()).toBe(0);
  await search(ann).fill("rocket");
  await ann.page.getByRole("tabpanel", { name: "Found emoji" }).getByRole("gridcell", { name: "rocket", exact: true }).waitFor();
  await search(ann).press("Enter");
  await ann.page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => ann.field.inputValue()).toBe("Hello🚀 all");
  await expect.poll(() => isFocused(ann.field)).toBe(true);
  await ann.page.keyboard.type("!");
  await expect.poll(() => ann.field.inputValue()).toBe("Hello🚀! all");

  await ann.page.reload();
  await ann.loaded();
  await open(ann);
  await ann.page.getByRole("tab", { name: "Recently used", selected: true }).waitFor();
  expect(await cells(ann).allTextContents()).toEqual(["🚀"]);
  await search(ann).fill("nothing-such");
  await ann.page.getByText("No emoji is called that.").first().waitFor();
  await ann.page.keyboard.press("Escape"); // empties the search first
  await expect.poll(() => search(ann).inputValue()).toBe("");
  await ann.page.keyboard.press("Escape");
  await ann.page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => isFocused(ann.page.getByRole("button", { name: "Emoji", exact: true }))).toBe(true);
  await ann.leave();
});

test("by key: tabs, rows and columns, back to the search; with the skin tone one has chosen", async () => {
  const ann = await enter("Ann", "keys");
  await open(ann);
  await search(ann).press("Tab"); // the button that closes
  await ann.page.keyboard.press("Tab");
  await expect.poll(() => focusedLabel(ann)).toBe("Smileys");
  await ann.page.keyboard.press("ArrowRight");
  await expect.poll(() => focusedLabel(ann)).toBe("People");
  await ann.page.getByRole("gridcell", { name: "waving hand" }).waitFor();
  await ann.page.keyboard.press("ArrowDown");
  await expect.poll(() => focusedLabel(ann)).toBe("waving hand");
  const labels = await cells(ann).evaluateAll((all) => all.map((cell) => cell.getAttribute("aria-label")));
  for (const [key, index] of [["ArrowRight", 1], ["ArrowDown", 9], ["ArrowLeft", 8], ["ArrowDown", 16], ["End", labels.length - 1], ["Home", 0]] as const) {
    await ann.page.keyboard.press(key);
    await expect.poll(() => focusedLabel(ann), { message: key }).toBe(labels[index]);
  }
  await ann.page.getByText(":wave:").waitFor();
  await ann.page.getByRole("combobox", { name: "Skin tone" }).selectOption("3");
  await ann.page.getByRole("gridcell", { name: "waving hand" }).press("ArrowUp");
  await expect.poll(() => isFocused(search(ann))).toBe(true);
  await search(ann).press("ArrowDown");
  await ann.page.keyboard.press("Enter");
  await expect.poll(() => ann.field.inputValue()).toBe("👋🏽");
  await ann.field.press("Enter");
  await ann.sees(["👋🏽"]);
  await ann.page.locator(".bubble-emoji").waitFor();
  await ann.leave();
});

test("for a reaction, on a phone: a sheet, and everybody sees it", async () => {
  await server.post("react", "lunch?");
  const [ann, bo] = await Promise.all([enter("Ann", "react", 360), enter("Bo", "react")]);
  await (await ann.openMenu("lunch?")).getByRole("menuitem", { name: "Another emoji…" }).click();
  await search(ann).fill("pizza");
  const cell = cells(ann).first();
  await expect.poll(() => cell.textContent()).toBe("🍕");
  const [sheet, window] = [await ann.page.getByRole("dialog", { name: "React with an emoji" }).boundingBox(), ann.page.viewportSize()];
  expect(sheet && window && [sheet.x, sheet.width, Math.round(sheet.y + sheet.height)]).toEqual([0, 360, window?.height]);
  await cell.click();
  for (const [person, pressed] of [[ann, "true"], [bo, "false"]] as const) {
    const chip = person.page.locator(".reaction", { hasText: "🍕 1" });
    await chip.waitFor();
    expect(await chip.getAttribute("aria-pressed")).toBe(pressed);
  }
  await expect.poll(() => isFocused(ann.page.getByRole("button", { name: "Message actions" }))).toBe(true);

  await bo.page.locator(".reaction", { hasText: "🍕 1" }).click();
  await ann.page.locator(".reaction", { hasText: "🍕 2" }).waitFor();
  await (await ann.openMenu("lunch?")).getByRole("menuitem", { name: "Who reacted" }).click();
  const names = ann.page.getByRole("dialog", { name: "Reactions" }).getByRole("listitem");
  await expect.poll(() => names.allTextContents()).toEqual(["🍕Ann (you), Bo"]);
  await ann.page.keyboard.press("Escape");
  await names.waitFor({ state: "detached" });
  await ann.leave();
  await bo.leave();
});

test("what one reacted with is among the recent ones, from the menu, by another’s chip and from the picker", async () => {
  const { seq } = await server.post("reacted", "lunch?");
  const bot = connect(server.url, { token: server.token("bot", "Bot") });
  await bot.room("reacted").react(seq, "🍜", true);
  bot.close();
  const ann = await enter("Ann", "reacted");
  const chips = ann.page.locator(".reaction[aria-pressed=true]");
  const recent = async () => {
    await open(ann);
    await ann.page.getByRole("tab", { name: "Recently used", selected: true }).waitFor();
    const all = await cells(ann).allTextContents();
    await ann.page.keyboard.press("Escape");
    await ann.page.getByRole("dialog").waitFor({ state: "detached" });
    return all;
  };
  await (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Party" }).click();
  await chips.filter({ hasText: "🎉" }).waitFor();
  expect(await recent()).toEqual(["🎉"]);
  await ann.page.locator(".reaction", { hasText: "🍜" }).click();
  await chips.filter({ hasText: "🍜" }).waitFor();
  expect(await recent()).toEqual(["🍜", "🎉"]);
  await (await ann.openMenu("lunch?")).getByRole("menuitem", { name: "Another emoji…" }).click();
  await search(ann).fill("pizza");
  await expect.poll(() => cells(ann).first().textContent()).toBe("🍕");
  await cells(ann).first().click();
  await chips.filter({ hasText: "🍕" }).waitFor();
  // What is taken back was not used.
  await ann.page.locator(".reaction", { hasText: "🎉" }).click();
  await expect.poll(() => chips.count()).toBe(2);
  expect(await recent()).toEqual(["🍕", "🍜", "🎉"]);
  await ann.leave();
});

test("typed behind a colon: offered by name, written with Enter; a few alone are shown large", async () => {
  const ann = await enter("Ann", "typed");
  await ann.field.pressSequentially("so :smir");
  await ann.page.getByRole("option", { name: ":smirk:" }).waitFor();
  await ann.field.press("Enter");
  await expect.poll(() => ann.field.inputValue()).toBe("so 😏 ");
  await ann.say("😏😏😏");
  await ann.say("😏 well");
  await ann.sees(["😏😏😏", "😏 well"]);
  const heights = await ann.page.locator(".bubble-text").evaluateAll((all) => all.map((element) => Number.parseFloat(getComputedStyle(element).fontSize)));
  expect(heights[0]).toBeGreaterThan(2 * (heights[1] ?? Number.NaN));
  await ann.leave();
});

test("where they cannot be loaded, that is said, and one writes on without", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "unloaded", before: (page) => page.route(/EmojiPicker|book/, (route) => route.abort()) });
  await ann.page.getByRole("button", { name: "Emoji", exact: true }).click();
  await ann.page.getByRole("alert").filter({ hasText: "The emoji could not be loaded." }).waitFor();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await ann.field.pressSequentially("so :smirk");
  await ann.field.press("Enter");
  await ann.sees(["so :smirk"]);
  await ann.leave();
});

test("in another language an emoji is called and found as there", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "emoji-german", locale: "de-DE" });
  const { page } = ann;
  await page.locator(".composer-emoji").click();
  await page.locator(".emoji-search input").fill("konfetti");
  await page.getByRole("gridcell", { name: "Konfettibombe" }).click();
  await expect.poll(() => ann.field.inputValue()).toBe("🎉");
  await ann.field.fill("");
  await ann.field.pressSequentially(":herz");
  await page.getByRole("option").first().waitFor();
  await ann.leave();
});
