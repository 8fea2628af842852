// Marks in messages: what they become, what one can do with it, and where the plain text stands.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { CODE, MARKED, PLAIN } from "./marked";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

/** As long as a text may be, in code points. */
const LONGEST = 8_000;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test("marks are shown, code is copied by key, a link tells its address, and elsewhere the text is plain", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "marks", width: 1100 });
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ann.say("**mine** and `this`");
  await ann.page.locator('.own .message[data-state="logged"][data-seq]').waitFor();
  await server.post("marks", MARKED, server.token("bo", "Bo"));
  const text = ann.page.locator(".bubble-blocks");
  await text.waitFor();
  expect(await text.locator("strong").allTextContents()).toEqual(["Bold", "first"]);
  expect(await text.locator("em, s, .code").allTextContents()).toEqual(["italic", "gone", "code"]);
  expect(await text.locator("blockquote").innerText()).toBe("Two people wrote at the same moment.\nWho is first?");
  expect(await text.locator("ol > li").evaluateAll((items) => items.map((item) => (item as HTMLLIElement).value))).toEqual([1, 2]);
  expect(await text.locator("ol ul > li").allTextContents()).toEqual(["always"]);
  expect(await text.locator("pre").textContent()).toBe(CODE);

  const link = ann.page.getByRole("link", { name: "the notes", exact: true });
  expect(await link.evaluate((a) => ["href", "rel", "target", "title"].map((name) => a.getAttribute(name)))).toEqual(["https://example.com/notes", "noopener noreferrer nofollow", "_blank", "https://example.com/notes"]);
  await ann.page.locator(".timeline").focus();
  await ann.page.keyboard.press("Tab");
  await ann.page.locator(".link-address", { hasText: "https://example.com/notes" }).waitFor();
  await ann.page.keyboard.press("Tab");
  await ann.page.locator(".link-address").waitFor({ state: "detached" });
  expect(await ann.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Copy code");
  await ann.page.keyboard.press("Enter");
  await ann.page.getByRole("status").filter({ hasText: /^Copied$/ }).waitFor();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(CODE);

  await ann.page.locator("[data-room=marks]").getByText(`Bo: ${PLAIN} Two people`).waitFor();
  await ann.page.getByRole("log").locator("p", { hasText: `Bo: ${PLAIN}` }).waitFor({ state: "attached" });
  await (await ann.openMenu("mine and this")).getByRole("menuitem", { name: "Edit" }).click();
  await expect.poll(() => ann.editField.inputValue()).toBe("**mine** and `this`");
  await ann.leave();
});

test.each([360, 1100])("%i px: code scrolls in itself", async (width) => {
  await server.post(`look-${width}`, MARKED, server.token("bo", "Bo"));
  await server.post(`look-${width}`, MARKED, server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room: `look-${width}`, width });
  const wide = (selector: string) => ann.page.locator(selector).first().evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(await wide(".timeline")).toBe(0);
  expect(await wide(".code-block pre")).toBeGreaterThan(0);
  await ann.leave();
});

test("texts of nothing but marks leave the page usable", async () => {
  const texts = ["*a ", "[a](", "> ", "- a\n", "`a", "> > > a\n", " **a *b _c ~~d"].map((unit) => unit.repeat(Math.floor(LONGEST / unit.length)).trimEnd());
  for (const text of texts) await server.post("hostile", text);
  const ann = await Person.enter(browser, server, "Ann", { room: "hostile" });
  await expect.poll(() => ann.page.locator(".bubble-text").count(), { timeout: SOON_MS }).toBe(texts.length);
  await ann.say("one can still write");
  await ann.bubble("one can still write").and(ann.page.locator('[data-state="logged"][data-seq]')).waitFor();
  await ann.leave();
});
