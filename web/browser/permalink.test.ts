// The way to one message: by its link, from the menu, for who signs in first, and what is said when it cannot be shown.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { makeRoom } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

/** So many that the first is many pages from the end. */
const MESSAGES = 240;

let browser: Browser;
let server: Server;
let seqOf: (text: string) => number;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await server.postAll("far", Array.from({ length: MESSAGES }, (_, i) => `line ${i}`));
  const log = await server.log("far");
  seqOf = (text) => log.find((message) => message.text === text)?.seq ?? 0;
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Waits until the message is marked, whole in sight, and has the focus. */
async function isShown(page: Page, seq: number): Promise<void> {
  const message = page.locator(`#messages [data-seq="${seq}"]`);
  await message.locator(":scope.message-found").waitFor();
  await expect.poll(() => message.evaluate((m) => m.contains(document.activeElement)), { timeout: SOON_MS }).toBe(true);
  await expect.poll(() => isInSight(page, seq), { timeout: SOON_MS }).toBe(true);
}

function isInSight(page: Page, seq: number): Promise<boolean> {
  return page.evaluate((wanted) => {
    const frame = document.getElementById("messages")?.getBoundingClientRect();
    const message = document.querySelector(`#messages [data-seq="${wanted}"]`)?.getBoundingClientRect();
    return frame !== undefined && message !== undefined && message.top >= frame.top && message.bottom <= frame.bottom;
  }, seq);
}

const pathOf = (page: Page) => new URL(page.url()).pathname;

test.each([1100, 360])("a link opens around its message, reads on both ways, and leads back to the present: %i px", async (width) => {
  const seq = seqOf("line 120");
  const ann = await Person.enter(browser, server, "Ann", { room: `far/${seq}`, width, before: (page) => page.addInitScript(AXE) });
  await isShown(ann.page, seq);
  expect(await faultsOf(ann.page)).toEqual([]);
  // What is new meanwhile moves nothing, and is counted.
  await server.post("far", `news at ${width}`);
  await ann.page.getByRole("button", { name: "1 new message" }).waitFor();
  expect(await isInSight(ann.page, seq)).toBe(true);
  const scrollTo = (edge: "top" | "bottom") => ann.page.locator("#messages").evaluate((m, to) => (m.scrollTop = to === "top" ? 0 : m.scrollHeight), edge);
  await expect.poll(async () => (await scrollTo("top"), ann.bubble("line 60").count()), { timeout: SOON_MS }).toBe(1);
  await ann.page.getByRole("button", { name: "1 new message" }).click();
  await ann.page.locator(".jump").waitFor({ state: "detached" });
  await ann.bubble(`news at ${width}`).waitFor();
  expect(pathOf(ann.page)).toBe("/rooms/far");
  await ann.leave();
});

test("reading on from a link comes to what is live, with nothing twice and nothing left out", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: `far/${seqOf("line 120")}` });
  await isShown(ann.page, seqOf("line 120"));
  await expect
    .poll(async () => {
      await ann.page.locator("#messages").evaluate((m) => (m.scrollTop = m.scrollHeight));
      return ann.page.locator(".jump").count();
    }, { timeout: SOON_MS })
    .toBe(0);
  await server.post("far", "and on");
  await ann.bubble("and on").waitFor();
  const texts = (await server.log("far")).map((message) => message.text);
  const shown = await ann.texts();
  expect(shown).toEqual(texts.slice(-shown.length));
  await ann.leave();
});

test("the menu copies a link that brings somebody else to the message, who signs in first", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "far" });
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ann.bubble("line 239").waitFor();
  await ann.openMenu("line 239");
  await ann.page.getByRole("menuitem", { name: "Copy link" }).click();
  await ann.page.getByText("Copied", { exact: true }).waitFor();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(`${server.url}/rooms/far/${seqOf("line 239")}`);
  await ann.leave();

  const bo = await Person.arrive(browser);
  await bo.page.goto(`${server.url}/rooms/far/${seqOf("line 3")}`);
  await bo.page.getByLabel("Your name").fill("Bo");
  await bo.page.getByRole("button", { name: "Join as a guest" }).click();
  await isShown(bo.page, seqOf("line 3"));
  await bo.leave();
});

test("a message that is there already is gone to, again and again", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "far" });
  await ann.bubble("line 230").waitFor();
  const field = ann.page.getByRole("textbox", { name: "Search messages" });
  await field.fill('"line 235"');
  const result = ann.page.locator(".search-result");
  await result.waitFor();
  for (let i = 0; i < 2; i++) {
    await result.click();
    await isShown(ann.page, seqOf("line 235"));
    await ann.field.focus();
  }
  await ann.page.goBack();
  await expect.poll(() => pathOf(ann.page), { timeout: SOON_MS }).toBe("/rooms/far");
  await ann.page.locator(".message-found").waitFor({ state: "detached" });
  await ann.leave();
});

test("what cannot be shown is said, and no more than that", async () => {
  const secret = await makeRoom(server, "owner", { name: "Secret", type: "private" });
  const { seq } = await server.post("far", "to be deleted", server.token("ann", "Ann"));
  await server.ask("ann", "DELETE", `rooms/far/messages/${seq}`);
  const ann = await Person.enter(browser, server, "Ann", { room: "far/99999" });
  const refusal = ann.page.locator(".asked-refusal");
  await refusal.getByText("There is no such message in this room.").waitFor();
  await refusal.getByRole("button", { name: "OK" }).click();
  await refusal.waitFor({ state: "detached" });
  expect(pathOf(ann.page)).toBe("/rooms/far");
  // Of a deleted one its place is shown.
  await ann.page.goto(`${server.url}/rooms/far/${seq}`);
  await ann.page.locator(`.message-found[data-seq="${seq}"]`).getByText("This message was deleted.").waitFor();
  // A room that one may not know answers as one that is not there.
  const words: string[] = [];
  for (const room of [secret, "rm:nobody-has-made-this"]) {
    await ann.page.goto(`${server.url}/rooms/${room}/1`);
    await ann.page.getByRole("heading", { name: "This room cannot be opened" }).waitFor();
    words.push(await ann.page.getByRole("alert").innerText());
  }
  expect(words[0]).toBe(words[1]);
  await ann.leave();
});

test("an address that can name no room says so, and a room may be called by dots", async () => {
  await server.ask("bot", "POST", "rooms", { id: "..", name: "Up", type: "public" });
  await server.post("near", "hello");
  const ann = await Person.enter(browser, server, "Ann", { before: (page) => page.addInitScript(AXE) });
  await ann.connected();
  await ann.page.goto(`${server.url}/rooms/no%20room`);
  const none = ann.page.getByRole("heading", { name: "There is no such room" });
  await none.waitFor();
  expect(pathOf(ann.page)).toBe("/rooms/no%20room");
  expect(await faultsOf(ann.page)).toEqual([]);
  await ann.page.locator("[data-room=near]").click();
  await ann.bubble("hello").waitFor();
  await ann.page.goBack();
  await none.waitFor();
  await ann.page.locator('[data-room=".."]').click();
  await ann.page.getByLabel("Message Up").waitFor();
  expect(pathOf(ann.page)).toBe("/rooms/%252E%252E");
  await ann.page.reload();
  await ann.page.getByLabel("Message Up").waitFor();
  await ann.leave();
});

test("on a phone, too, an address that can name no room says so; its list is behind the button, and leads on", async () => {
  await server.post("by-phone", "hello");
  const ann = await Person.enter(browser, server, "Ann", { width: 360, height: 740, before: (page) => page.addInitScript(AXE) });
  const { page } = ann;
  await page.goto(`${server.url}/rooms/no%20room`);
  const none = page.getByRole("heading", { name: "There is no such room" });
  await none.click({ trial: true }); // in sight, and nothing lies over it
  await page.getByRole("alert").filter({ hasText: "The address names none" }).waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Rooms", exact: true }).click();
  await page.locator("[data-room=by-phone]").click();
  await ann.bubble("hello").waitFor();
  await page.goBack();
  await none.click({ trial: true });
  await ann.leave();
});
