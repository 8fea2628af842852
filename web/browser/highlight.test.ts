// Code between fences has the colours of its language, and stays what was typed.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser, type Theme } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

const CODE = `// Since returns what came after a position.\nfunc Since(after int) (string, error) {\n\tif after < 0x10 {\n\t\treturn "<b>&amp;</b>", nil\n\t}\n\treturn \`raw\`, nil /* all */\n}`;
const fenced = (language: string, code = CODE) => `\`\`\`${language}\n${code}\n\`\`\``;
/** The part of the page that knows languages. */
const LEXER = /\/assets\/highlight-[^/]*\.js$/;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test("code stands plain until its colours are there, then in the same place and the same words", async () => {
  await server.post("colours", fenced("go"), server.token("bo", "Bo"));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let asked = 0;
  const ann = await Person.enter(browser, server, "Ann", {
    room: "colours",
    before: (page) =>
      page.route(LEXER, async (route) => {
        asked++;
        await held;
        await route.continue();
      }),
  });
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const pre = ann.page.locator(".code-block pre");
  await pre.waitFor();
  await expect.poll(() => asked, { timeout: SOON_MS }).toBe(1);
  expect(await pre.textContent()).toBe(CODE);
  expect(await pre.locator("span").count()).toBe(0);
  const size = () => pre.evaluate((element) => [element.clientWidth, element.scrollWidth, element.getBoundingClientRect().height]);
  const before = await size();
  release();
  const kind = (name: string) => pre.locator(`.code-${name}`);
  await expect.poll(() => kind("keyword").allTextContents(), { timeout: SOON_MS }).toEqual(["func", "if", "return", "nil", "return", "nil"]);
  expect(await kind("comment").allTextContents()).toEqual(["// Since returns what came after a position.", "/* all */"]);
  expect(await kind("string").allTextContents()).toEqual(['"<b>&amp;</b>"', "`raw`"]);
  expect(await kind("number").allTextContents()).toEqual(["0x10"]);
  expect(await pre.textContent()).toBe(CODE);
  expect(await size()).toEqual(before);
  const colours = await pre.evaluate((element) => [element, ...["keyword", "comment", "string", "number"].map((name) => element.querySelector(`.code-${name}`))].map((one) => one && getComputedStyle(one).color));
  expect(new Set(colours).size).toBe(5);

  await ann.page.getByRole("button", { name: "Copy code" }).click();
  await ann.page.getByRole("status").filter({ hasText: /^Copied$/ }).waitFor();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(CODE);
  await ann.leave();
});

test("code of no language, or one that is not known, stays plain, and nothing is loaded for it", async () => {
  for (const language of ["", "ruby"]) await server.post("plain", fenced(language), server.token("bo", "Bo"));
  const ann = await Person.enter(browser, server, "Ann", { room: "plain" });
  let asked = 0;
  ann.page.on("request", (request) => void (asked += LEXER.test(request.url()) ? 1 : 0));
  await ann.page.reload();
  await ann.loaded();
  await expect.poll(() => ann.page.locator(".code-block pre").count(), { timeout: SOON_MS }).toBe(2);
  // A known one is, so that the others had the time.
  await server.post("plain", fenced("go"), server.token("bo", "Bo"));
  await ann.page.locator(".code-block pre .code-keyword").first().waitFor();
  expect(asked).toBe(1);
  expect(await ann.page.locator(".code-block").evaluateAll((blocks) => blocks.map((block) => block.querySelectorAll("pre span").length > 0))).toEqual([false, false, true]);
  await ann.leave();
});

test.each(["light", "dark"] as Theme[])("%s: axe finds nothing, in one's own bubble and in another's", async (theme) => {
  const room = `axe-${theme}`;
  await server.post(room, fenced("go"), server.token("bo", "Bo"));
  await server.post(room, fenced("go"), server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room, theme, before: (page) => page.addInitScript(AXE) });
  await expect.poll(() => ann.page.locator(".code-number").count(), { timeout: SOON_MS }).toBe(2);
  expect(await faultsOf(ann.page)).toEqual([]);
  await ann.leave();
});
