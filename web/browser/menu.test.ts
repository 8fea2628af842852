// The menu of a message: by finger, by mouse, by key.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

const TEXT = "  <b>two</b>\nlines";
/** Between the menu and the window's edge. */
const EDGE_PX = 8;
/** Longer than a finger has to rest, in ms. */
const LONG_MS = 2_000;
const RTL = "مرحبا بالعالم، كيف الحال؟";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await server.post("menu", TEXT);
  const ann = server.token("ann", "Ann");
  for (let i = 0; i < 12; i++) {
    await server.post("many", `said ${i}`);
    await server.post("many", `own ${i}`, ann);
  }
  await server.post("many", RTL);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const enter = (width: number, room = "menu") => Person.enter(browser, server, "Ann", { room, width });
const focusedSeq = (person: Person) => person.page.evaluate(() => Number(document.activeElement?.closest("[data-key]")?.getAttribute("data-seq")));

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
  await menu.getByRole("menuitem", { name: "Copy text" }).press("Enter");
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

test.each([768, 1280])("stands beside its button, in the window, %i px wide", async (width) => {
  const ann = await enter(width, "many");
  const frame = await ann.page.locator(".timeline-frame").boundingBox();
  if (!frame) throw new Error("the timeline has no box");
  for (const text of ["said 0", "own 0", "said 11", "own 11", RTL]) {
    const menu = await ann.openMenu(text);
    const [box, button] = [await menu.boundingBox(), await ann.bubble(text).getByRole("button", { name: "Message actions" }).boundingBox()];
    if (!box || !button) throw new Error(`${text}: no box`);
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThanOrEqual(ann.page.viewportSize()?.height ?? 0);
    expect(box.y >= button.y + button.height || box.y + box.height <= button.y).toBe(true);
    // Beside the button, but never over the list of rooms.
    const wanted = text.startsWith("own") ? button.x + button.width - box.width : button.x;
    expect(box.x).toBeCloseTo(Math.max(frame.x + EDGE_PX, Math.min(wanted, width - EDGE_PX - box.width)), 0);
    await ann.page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
  }
  await ann.leave();
});

test("arrows, Home and End go through it; a click outside closes it", async () => {
  const ann = await enter(1280, "many");
  const menu = await ann.openMenu("own 11");
  const focused = () => ann.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
  expect(await focused()).toBe("Thumbs up");
  for (const [key, name] of [
    ["ArrowRight", "Heart"],
    ["ArrowDown", "Reply"],
    ["ArrowDown", "Open thread"],
    ["ArrowDown", "Copy text"],
    ["ArrowDown", "Copy link"],
    ["ArrowDown", "Edit"],
    ["End", "Delete"],
    ["ArrowDown", "Thumbs up"],
    ["ArrowLeft", "Another emoji…"],
    ["ArrowLeft", "Sad"],
    ["ArrowUp", "Delete"],
    ["ArrowUp", "Edit"],
    ["Home", "Thumbs up"],
  ] as const) {
    await ann.page.keyboard.press(key);
    expect(await focused(), key).toBe(name);
  }
  await ann.page.mouse.click(5, 5);
  await menu.waitFor({ state: "detached" });
  expect(await focused()).toBe("Message actions");
  await ann.leave();
});

test("Tab stops at one message; up and down go to the others", async () => {
  const ann = await enter(1280, "many");
  await ann.page.locator(".timeline").focus();
  await ann.page.keyboard.press("Tab");
  await expect.poll(() => focusedSeq(ann)).toBe(25);
  for (const seq of [24, 23]) {
    await ann.page.keyboard.press("ArrowUp");
    await expect.poll(() => focusedSeq(ann)).toBe(seq);
  }
  await ann.page.keyboard.press("ArrowDown");
  await expect.poll(() => focusedSeq(ann)).toBe(24);
  const focused = (locator: typeof ann.field) => locator.evaluate((element) => element === document.activeElement);
  await ann.page.keyboard.press("Tab");
  await expect.poll(() => focused(ann.page.getByRole("button", { name: "Attach files" }))).toBe(true);
  await ann.page.keyboard.press("Tab");
  await expect.poll(() => focused(ann.field)).toBe(true);
  await ann.page.keyboard.press("Shift+Tab");
  await ann.page.keyboard.press("Shift+Tab");
  await expect.poll(() => focusedSeq(ann)).toBe(24);
  await ann.leave();
});

test("only another width closes it: a phone's keyboard changes the height", async () => {
  const ann = await enter(768, "many");
  const menu = await ann.openMenu("own 11");
  // Listened for before it is asked for: the one may overtake the other.
  await ann.page.evaluate(() => {
    const lower = new Promise<void>((resolve) => window.addEventListener("resize", () => requestAnimationFrame(() => resolve()), { once: true }));
    Object.assign(window, { lower });
  });
  await ann.page.setViewportSize({ width: 768, height: 500 });
  await ann.page.evaluate(() => (window as unknown as { lower: Promise<void> }).lower);
  const bottom = async () => {
    const box = await menu.boundingBox();
    return box ? box.y + box.height : Number.NaN; // a menu that is gone is no lower one
  };
  await expect.poll(bottom, { timeout: SOON_MS }).toBeLessThanOrEqual(500);
  await ann.page.setViewportSize({ width: 800, height: 500 });
  await menu.waitFor({ state: "detached" });
  await ann.leave();
});

test.each(["moves", "scrolls", "is not alone"])("a finger that %s opens nothing, the next one that rests does", async (how) => {
  const ann = await enter(360, "many");
  const touch = await ann.context.newCDPSession(ann.page);
  const spot = async (text: string) => {
    const box = await ann.bubble(text).locator(".bubble").boundingBox();
    if (!box) throw new Error(`${text}: no box`);
    return { x: box.x + 20, y: box.y + 15 };
  };
  const finger = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number; id?: number }[]) => touch.send("Input.dispatchTouchEvent", { type, touchPoints });
  await ann.page.clock.install();

  const first = await spot("own 11");
  await finger("touchStart", first);
  if (how === "moves") await finger("touchMove", { ...first, x: first.x + 30 });
  else if (how === "is not alone") await finger("touchStart", { ...first, id: 0 }, { ...(await spot("said 11")), id: 1 });
  else
    await ann.page.locator(".timeline").evaluate(
      (element) =>
        new Promise<void>((resolve) => {
          element.addEventListener("scroll", () => resolve(), { once: true });
          element.scrollTop -= 40;
        }),
    );
  // The page's own clock goes on while the finger is still down.
  await ann.page.clock.runFor(LONG_MS);
  expect(await ann.page.getByRole("menu").count()).toBe(0);
  await finger("touchEnd");
  await finger("touchStart", await spot("said 10"));
  await ann.page.clock.runFor(LONG_MS);
  const menu = ann.page.getByRole("menu");
  await menu.waitFor({ timeout: SOON_MS });
  expect(await ann.page.locator(".finger-rests").count()).toBe(1);
  await finger("touchEnd");
  expect(await ann.page.locator(".finger-rests").count()).toBe(0);
  await ann.page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  expect(await focusedSeq(ann)).toBe(21);
  await ann.leave();
});
