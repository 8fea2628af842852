// Searching: from the field to the message, by hand and by keyboard, and what goes wrong.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
import { answerFor } from "./wire";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await server.post("old", "A <b>kettle</b> that boils");
  await server.postAll("old", Array.from({ length: 130 }, (_, i) => `line ${i} of the log`));
  await server.post("tea", "The Kettle is mine");
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const enter = (options: { room: string; before?: (page: Page) => Promise<void> }) => Person.enter(browser, server, "Ann", options);

const fieldOf = (person: Person) => person.page.getByRole("textbox", { name: "Search messages" });
const resultsOf = (person: Person) => person.page.locator(".search-result");

test("a word is found in every room, newest first, as text, and leads to the message", async () => {
  const ann = await enter({ room: "tea" });
  await fieldOf(ann).fill("KETTLE");
  await expect.poll(() => resultsOf(ann).count(), { timeout: SOON_MS }).toBe(2);
  expect(await ann.page.locator(".search-result-text").allTextContents()).toEqual(["The Kettle is mine", "A <b>kettle</b> that boils"]);
  expect(await ann.page.locator(".search-result mark").allTextContents()).toEqual(["Kettle", "kettle"]);
  expect(await ann.page.locator(".search-count").textContent()).toBe("2 messages");
  await resultsOf(ann).nth(1).click();
  await ann.page.waitForURL(/\/rooms\/old\/1$/);
  const message = ann.page.locator('#messages [data-seq="1"]');
  await expect.poll(() => message.evaluate((m) => m.classList.contains("message-found")).catch(() => false), { timeout: SOON_MS }).toBe(true);
  await expect.poll(() => message.evaluate((m) => m.contains(document.activeElement)), { timeout: SOON_MS }).toBe(true);
  const box = await message.boundingBox();
  const scroller = await ann.page.locator("#messages").boundingBox();
  expect(box && scroller && box.y >= scroller.y && box.y + box.height <= scroller.y + scroller.height).toBe(true);
  await ann.leave();
});

test("by keyboard: down into the results, up and out again, Escape brings the rooms back", async () => {
  const ann = await enter({ room: "tea" });
  await fieldOf(ann).fill("kettle");
  await resultsOf(ann).first().waitFor();
  await fieldOf(ann).press("ArrowDown");
  await ann.page.keyboard.press("ArrowDown");
  await expect.poll(() => resultsOf(ann).nth(1).evaluate((link) => link === document.activeElement)).toBe(true);
  await ann.page.keyboard.press("ArrowUp");
  await ann.page.keyboard.press("ArrowUp");
  await expect.poll(() => fieldOf(ann).evaluate((field) => field === document.activeElement)).toBe(true);
  await fieldOf(ann).press("Escape");
  await ann.page.locator(".room-list").waitFor();
  expect(await fieldOf(ann).inputValue()).toBe("");
  await ann.leave();
});

test("one room only, pages, nothing found, and what the server refuses", async () => {
  const ann = await enter({ room: "tea" });
  await fieldOf(ann).fill("kettle");
  await ann.page.getByRole("checkbox", { name: "Only in tea" }).check();
  await expect.poll(() => ann.page.locator(".search-count").textContent(), { timeout: SOON_MS }).toBe("1 message");
  await ann.page.getByRole("checkbox", { name: "Only in tea" }).uncheck();
  await fieldOf(ann).fill("line");
  await expect.poll(() => ann.page.locator(".search-count").textContent(), { timeout: SOON_MS }).toBe("20 or more messages");
  await ann.page.getByRole("button", { name: "Show older" }).click();
  await expect.poll(() => resultsOf(ann).count(), { timeout: SOON_MS }).toBe(40);
  await fieldOf(ann).fill("nobody-said-this");
  await expect.poll(() => ann.page.locator(".search-count").textContent(), { timeout: SOON_MS }).toBe("Nothing was found.");
  await fieldOf(ann).fill("-kettle");
  await ann.page.getByRole("alert").filter({ hasText: "at least one word" }).waitFor();
  await ann.leave();
});

test("a search that fails is said, and asked for again", async () => {
  let broken = true;
  const overloaded = { ok: false, error: { code: "OVERLOADED", message: "the server is busy", retryable: true } };
  const ann = await enter({ room: "tea", before: (page) => answerFor(page, "search", () => (broken ? overloaded : undefined)) });
  await fieldOf(ann).fill("kettle");
  const again = ann.page.getByRole("alert").getByRole("button", { name: "Try again" });
  await again.waitFor();
  broken = false;
  await again.click();
  await expect.poll(() => resultsOf(ann).count(), { timeout: SOON_MS }).toBe(2);
  await ann.leave();
});
