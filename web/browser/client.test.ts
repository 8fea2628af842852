// The client module in a browser: the example's page, rooms of two people, who is away, and an outbox that outlives its page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Chat } from "../client/src/index.js";
import { newContext, startBrowser } from "./browser";
import { Server } from "./server";

declare global {
  // The pages' own, looked at from the tests.
  var chat: Chat;
}

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
  // Who has it before his eyes has read it.
  for (const page of [ann, ben]) await expect.poll(() => page.locator("p").textContent()).toBe("general (0)");
});

test("two people have a room in common, with what is unread, until one is put out", async () => {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const [ann, ben] = await Promise.all(["ann", "ben"].map(async (sub) => open(await newContext(browser), chatOf(sub))));
  if (!ann || !ben) throw new Error("there are two pages");
  for (const page of [ann, ben]) await expect.poll(() => page.title()).toBe("online");
  await ann.evaluate(async () => {
    await chat.createRoom({ id: "club", name: "The Club", type: "private" });
    const room = chat.room("club");
    await room.setMember("ben", "member");
    for (const text of ["one", "two @ben", "three"]) await room.send(text);
  });
  const counts = (): Promise<string> => ben.evaluate(() => chat.rooms.map(({ name, unread, mentions }) => `${name} ${unread} ${mentions}`).join());
  await expect.poll(counts).toBe("The Club 3 1");
  await ben.evaluate(() => chat.room("club").markRead(4));
  await expect.poll(counts).toBe("The Club 1 0");
  await ben.reload();
  await expect.poll(() => ben.title()).toBe("online");
  expect(await counts()).toBe("The Club 1 0");
  await ben.evaluate(() => void chat.room("club").on("left", (reason) => (document.title = reason)));
  await ann.evaluate(() => chat.room("club").ban("ben", new Date(Date.now() + 3_600_000)));
  await expect.poll(() => ben.title()).toBe("banned");
  expect(await counts()).toBe("");
});

test("who is away from his page for 5 minutes is idle, until he is back; not where the page does not want it", async () => {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const ben = await open(await newContext(browser), chatOf("ben"));
  const status = (sub: string): Promise<string | undefined> => ben.evaluate(async (id) => (await chat.presence([id]))[0]?.status, sub);
  const [carol, dora] = await Promise.all([away("carol", ""), away("dora", ", idle: false")]);
  for (const sub of ["carol", "dora"]) await expect.poll(() => status(sub)).toBe("online");
  // Dora's minutes are over first.
  for (const page of [dora, carol]) await page.clock.fastForward(5 * 60_000);
  await expect.poll(() => status("carol"), { timeout: 30_000 }).toBe("idle");
  await carol.mouse.move(100, 100);
  await expect.poll(() => status("carol")).toBe("online");
  await expect.poll(() => dora.title(), { timeout: 30_000 }).toBe("online");
  expect(await status("dora")).toBe("online");

  async function away(sub: string, more: string): Promise<Page> {
    const context = await newContext(browser);
    await context.clock.install();
    const page = await open(context, chatOf(sub, more));
    await expect.poll(() => page.title()).toBe("online");
    return page;
  }
});

/** A page that holds a user's chat, and shows its state as its title. */
function chatOf(sub: string, more = ""): string {
  return `<!doctype html><title>new</title><script type="module">
    import { connect } from "/client/roomstream.js";
    globalThis.chat = connect(location.origin, { token: ${JSON.stringify(server.token(sub, sub))}${more} });
    chat.on("state", (state) => (document.title = state.kind));
  </script>`;
}

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
