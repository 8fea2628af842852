// The client module in a browser: the example's page, and an outbox that outlives its page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { newContext, startBrowser } from "./browser";
import { Server } from "./server";

let server: Server;

beforeAll(async () => {
  server = await Server.start("-guests");
});
afterAll(() => server.remove());

/** A page at the server's own address, as a proxy in front of it would give one. */
async function open(context: BrowserContext, html: string): Promise<Page> {
  const address = `${server.url}/example.html`;
  await context.route(address, (route) => route.fulfill({ contentType: "text/html", body: html }));
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

test("two people chat on the example's page", async () => {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const html = readFileSync(join(import.meta.dirname, "../examples/client/page.html"), "utf8");
  const [ann, ben] = await Promise.all([open(await newContext(browser), html), open(await newContext(browser), html)]);
  for (const page of [ann, ben]) await expect.poll(() => page.getByRole("status").textContent()).toBe("online");
  await ann.getByLabel("Message").fill("<b>hello</b>");
  await ann.getByRole("button", { name: "Send" }).click();
  for (const page of [ann, ben]) await expect.poll(() => page.getByRole("listitem").allTextContents()).toEqual([expect.stringMatching(/: <b>hello<\/b>$/)]);
});

test("what a page could not send is sent by the next one, once and in order", async () => {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const context = await newContext(browser);
  const html = `<!doctype html><title>new</title><script type="module">
    import { connect } from "/client/roomstream.js";
    const chat = connect(location.origin, { token: ${JSON.stringify(server.token("ann", "Ann"))} });
    chat.on("state", (state) => (document.title = state.kind));
    globalThis.send = (text) => void chat.room("reload").send(text).catch(() => {});
  </script>`;
  const before = await open(context, html);
  await expect.poll(() => before.title()).toBe("online");
  await server.kill();
  const texts = ["one", "two", "three"];
  await before.evaluate((all) => all.forEach((text) => (globalThis as unknown as { send(text: string): void }).send(text)), texts);
  await expect.poll(() => stored(before)).toBe(texts.length);
  await before.close();
  await server.start();

  const after = await open(context, html);
  await expect.poll(() => after.title()).toBe("online");
  await expect.poll(() => stored(after), { timeout: 15_000 }).toBe(0);
  expect((await server.log("reload")).map(({ text }) => text)).toEqual(texts);
});

/** How many writes the page's origin keeps. */
function stored(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((resolve, reject) => {
    const opening = indexedDB.open(`roomstream ${location.origin}`);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const counting = opening.result.transaction("entries").objectStore("entries").count();
      counting.onsuccess = () => (opening.result.close(), resolve(counting.result));
      counting.onerror = () => reject(counting.error);
    };
  }));
}
