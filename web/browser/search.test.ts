// Searching: from the field to the message, by hand and by keyboard, and what goes wrong.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { Person, SOON_MS, type PersonOptions } from "./person";
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

const enter = (options: PersonOptions & { room: string }) => Person.enter(browser, server, "Ann", options);

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
  expect(await ann.page.getByRole("button", { name: "Try again" }).count()).toBe(0); // it would be refused again
  await ann.leave();
});

test("filters: by whom, in which room and of which days; each is taken away by a press", async () => {
  await server.post("tea", "samovar of today", server.token("bo", "Bo"));
  await server.post("old", "samovar of cleo", server.token("cleo", "Cleo"));
  const ann = await enter({ room: "tea", width: 1100 });
  const texts = () => ann.page.locator(".search-result-text").allTextContents();
  const dialog = ann.page.getByRole("dialog", { name: "Narrow the search" });
  const open = () => ann.page.getByRole("button", { name: "Filters", exact: true }).click();
  await fieldOf(ann).fill("samovar");
  await expect.poll(texts).toEqual(["samovar of cleo", "samovar of today"]);

  await open();
  await dialog.getByLabel("Written by").fill("Bo");
  await dialog.getByRole("button", { name: "Bo bo", exact: true }).click();
  await dialog.getByRole("button", { name: "Show messages" }).click();
  await dialog.waitFor({ state: "detached" });
  await expect.poll(texts).toEqual(["samovar of today"]);
  const day = (offset: number) => ann.page.evaluate((offset) => {
    const at = new Date();
    at.setDate(at.getDate() + offset);
    return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  }, offset);
  await open();
  await dialog.getByLabel("Last day").fill(await day(-1));
  await dialog.getByRole("button", { name: "Show messages" }).click();
  await expect.poll(() => ann.page.locator(".search-count").textContent()).toBe("Nothing was found.");
  await ann.page.getByRole("button", { name: /^Remove the filter: Until/ }).click();
  await expect.poll(texts).toEqual(["samovar of today"]);
  expect(await fieldOf(ann).evaluate((field) => field === document.activeElement)).toBe(true);
  await open();
  await dialog.getByRole("button", { name: "Anybody" }).click();
  // Enter takes who was found, and leaves nobody out.
  await dialog.getByLabel("Written by").fill("Cleo");
  await expect.poll(() => dialog.locator(".pick-name").allTextContents()).toEqual(["Cleo"]);
  await dialog.getByLabel("Written by").press("Enter");
  await dialog.getByText("Cleo", { exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Anybody" }).click();
  await dialog.getByLabel("Room").selectOption("old");
  await dialog.getByLabel("First day").fill(await day(0));
  await dialog.getByLabel("Last day").fill(await day(-1));
  await dialog.getByRole("button", { name: "Show messages" }).click();
  await dialog.getByRole("alert").filter({ hasText: "must not be earlier" }).waitFor();
  await dialog.getByLabel("Last day").fill(await day(0));
  await dialog.getByRole("button", { name: "Show messages" }).click();
  await expect.poll(texts).toEqual(["samovar of cleo"]);
  expect(await ann.page.getByRole("checkbox", { name: "Only in old" }).isChecked()).toBe(true);
  // What one looks for next is not narrowed by what one looked for before.
  await fieldOf(ann).press("Escape");
  await fieldOf(ann).fill("samovar");
  await ann.page.getByRole("checkbox", { name: "Only in old" }).uncheck();
  await expect.poll(texts).toEqual(["samovar of cleo", "samovar of today"]);
  await ann.leave();
});

test.each(["light", "dark"] as const)("the filters are accessible, %s", async (theme) => {
  const ann = await enter({ room: "tea", theme, before: (page) => page.addInitScript(AXE) });
  await fieldOf(ann).fill("kettle");
  await ann.page.getByRole("button", { name: "Filters", exact: true }).click();
  const dialog = ann.page.getByRole("dialog", { name: "Narrow the search" });
  await dialog.getByLabel("First day").fill("2020-01-01");
  expect(await faultsOf(ann.page)).toEqual([]);
  await dialog.getByRole("button", { name: "Show messages" }).click();
  await ann.page.getByRole("button", { name: /^Remove the filter: Since/ }).waitFor();
  expect(await faultsOf(ann.page)).toEqual([]);
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
