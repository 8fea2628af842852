// The menu of a message: by finger, by mouse, by key.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

const TEXT = "  <b>two</b>\nlines";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await server.post("menu", TEXT);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const enter = (width: number) => Person.enter(browser, server, "Ann", { room: "menu", width });

test("by key: opened, left with Escape and Tab, and the exact text is copied", async () => {
  const ann = await enter(1280);
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const more = ann.page.getByRole("button", { name: "Message actions" });
  const menu = ann.page.getByRole("menu");
  const focused = () => more.evaluate((element) => element === document.activeElement);
  for (const key of ["Escape", "Tab"]) {
    await more.press("Enter");
    await menu.waitFor();
    await ann.page.keyboard.press(key);
    await menu.waitFor({ state: "detached" });
    expect(await focused()).toBe(true);
  }
  await more.press("Enter");
  await menu.waitFor();
  await ann.page.keyboard.press("Enter");
  await ann.page.getByRole("status").filter({ hasText: /^Copied$/ }).waitFor();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(TEXT);
  expect(await focused()).toBe(true);
  await ann.leave();
});

test("a clipboard that refuses is told of", async () => {
  const ann = await Person.enter(browser, server, "Ann", {
    room: "menu",
    before: (page) => page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) } })),
  });
  await ann.bubbles.hover();
  await ann.page.getByRole("button", { name: "Message actions" }).click();
  await ann.page.getByRole("menuitem", { name: "Copy text" }).click();
  await ann.page.getByRole("status").filter({ hasText: "does not allow copying" }).waitFor();
  await ann.leave();
});

test.each([320, 360, 1280])("stays in a window %i px wide", async (width) => {
  const ann = await enter(width);
  await ann.page.getByRole("button", { name: "Message actions" }).press("Enter");
  const box = await ann.page.getByRole("menu").boundingBox();
  if (!box) throw new Error("the menu has no box");
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(width);
  expect(box.y + box.height).toBeLessThanOrEqual(ann.page.viewportSize()?.height ?? 0);
  await ann.leave();
});

test("a resting finger opens it, a moving one does not", async () => {
  const ann = await enter(360);
  const touch = await ann.context.newCDPSession(ann.page);
  const box = await ann.page.locator(".bubble").boundingBox();
  if (!box) throw new Error("the bubble has no box");
  const [x, y] = [box.x + 20, box.y + 15];
  const menu = ann.page.getByRole("menu");
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
  await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: x + 30, y }] });
  // Longer than a finger has to rest: what would open has opened by then.
  await ann.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)));
  expect(await menu.count()).toBe(0);
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
  await menu.waitFor({ timeout: SOON_MS });
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await menu.getByRole("menuitem", { name: "Copy text" }).waitFor();
  await ann.page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  await ann.leave();
});
