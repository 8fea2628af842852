// Light, dark and a phone's width.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { openNew } from "./crew";
import { Person } from "./person";
import { Server } from "./server";

const PHONE_PX = 360;
/** What anything may take that moves for who wants none of it, in s: nobody sees it. */
const UNSEEN_S = 0.001;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Notes the page's background at every frame from the first one on. */
const watchBackground = () => {
  const seen = new Set<string>();
  Object.assign(window, { seen });
  const look = () => {
    if (document.documentElement) seen.add(getComputedStyle(document.documentElement).backgroundColor);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

const backgrounds = (page: Page) => page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);

test("a chosen theme stands from the first frame on, against the system's", async () => {
  for (const [system, choice] of [["light", "Dark"], ["dark", "Light"]] as const) {
    const ann = await Person.enter(browser, server, "Ann", { room: "look", theme: system, before: (page) => page.addInitScript(watchBackground) });
    const [systems] = await backgrounds(ann.page);
    await ann.page.locator(".me").click();
    await ann.page.getByText(choice, { exact: true }).click();
    await expect.poll(async () => (await backgrounds(ann.page)).length).toBe(2);
    await ann.page.reload();
    await ann.loaded();
    const after = await backgrounds(ann.page);
    expect(after).toHaveLength(1);
    expect(after[0]).not.toBe(systems);
    await ann.leave();
  }
});

test("without a choice the page follows the system, also while it is open", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "look", theme: "light" });
  const background = () => ann.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await ann.page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background).not.toBe(light);
  await ann.leave();
});

test("on a phone the list is a drawer: reachable, closable by Escape, out of the way of the keyboard", async () => {
  await server.post("phone", "hello");
  await server.post("second", "hello");
  const ann = await Person.enter(browser, server, "Ann", { room: "phone", width: PHONE_PX, height: 640 });
  const drawer = ann.page.locator("#rooms");
  expect(await drawer.isVisible()).toBe(false);
  expect(await sticksOut(ann.page, [])).toEqual([]);
  const menu = ann.page.getByRole("button", { name: "Rooms", exact: true });
  await menu.click();
  await drawer.waitFor();
  const isAlone = () => ann.page.locator("main").evaluate((element) => (element as HTMLElement).inert);
  expect(await isAlone()).toBe(true);
  // The first Escape is a dialog's that was opened from there.
  const dialog = await openNew(ann, "Create a room");
  await dialog.getByRole("textbox").first().press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await isAlone()).toBe(true);
  await ann.page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  await expect.poll(() => menu.evaluate((element) => element === document.activeElement)).toBe(true);
  await menu.click();
  await ann.page.locator("[data-room=second]").click();
  await drawer.waitFor({ state: "hidden" });
  await ann.page.getByLabel("Message second").waitFor();
  await ann.say("from the phone");
  await ann.bubble("from the phone").waitFor();
  expect(await sticksOut(ann.page, [])).toEqual([]);
  await ann.leave();
});

test("at the list's address a phone shows the list over the whole screen", async () => {
  await server.post("phone", "hello");
  const ann = await Person.enter(browser, server, "Ann", { width: PHONE_PX, height: 640 });
  await ann.page.locator("[data-room=phone]").waitFor();
  await expect.poll(() => ann.page.locator("#rooms").evaluate((element) => element.getBoundingClientRect().width)).toBe(PHONE_PX);
  await ann.page.locator("[data-room=phone]").click();
  await ann.bubble("hello").first().waitFor();
  await ann.leave();
});

test("a word without end does not widen the page", async () => {
  await server.post("wide", "a".repeat(3000), server.token("n".repeat(100), "N".repeat(120)));
  await server.post("wide", `https://example.com/${"b".repeat(500)}`);
  const ann = await Person.enter(browser, server, "Ann", { room: "wide", width: PHONE_PX });
  await ann.bubbles.nth(1).waitFor();
  expect(await sticksOut(ann.page, [])).toEqual([]);
  expect(await ann.page.locator(".timeline").evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await ann.leave();
});

test("the first Tab offers to skip to the message field", async () => {
  // Where one touches, the field does not take the focus by itself.
  const ann = await Person.enter(browser, server, "Ann", { room: "look", width: PHONE_PX });
  await ann.page.keyboard.press("Tab");
  const link = ann.page.getByRole("link", { name: "Skip to the message field" });
  expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
  await ann.page.keyboard.press("Enter");
  await expect.poll(() => ann.field.evaluate((element) => element === document.activeElement)).toBe(true);
  await ann.leave();
});

test("who wants less motion gets none, in the page, the drawer and a dialog", async () => {
  await server.post("calm", "hello");
  const ann = await Person.enter(browser, server, "Ann", { room: "calm", width: PHONE_PX, height: 640 });
  const { page } = ann;
  const seesNoneMove = async () => {
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect((await motions(page)).length).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await motions(page)).toEqual([]);
  };
  await seesNoneMove();
  await page.getByRole("button", { name: "Rooms", exact: true }).click();
  await page.locator(".drawer-open .sidebar").waitFor();
  await seesNoneMove();
  await openNew(ann, "Create a room");
  await seesNoneMove();
  // What turns while one waits stands still, too.
  await page.evaluate(() => document.querySelector("dialog[open]")?.append(Object.assign(document.createElement("div"), { className: "spinner" })));
  await seesNoneMove();
  expect(await page.locator(".spinner").evaluate((spinner) => getComputedStyle(spinner).animationIterationCount)).toBe("1");
  await ann.leave();
});

/** What would be seen to move, each with how long that takes in s. */
function motions(page: Page): Promise<string[]> {
  return page.evaluate((unseen) => {
    const longest = (durations: string) => Math.max(...durations.split(",").map((one) => (Number.parseFloat(one) || 0) / (one.trim().endsWith("ms") ? 1_000 : 1)));
    return [...document.querySelectorAll("*")].flatMap((element) =>
      [undefined, "::before", "::after", "::backdrop"].flatMap((part) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element, part);
        const seconds = Math.max(longest(transitionDuration), longest(animationDuration));
        return seconds > unseen ? [`${element.localName}.${element.getAttribute("class") ?? ""}${part ?? ""}: ${seconds} s`] : [];
      }),
    );
  }, UNSEEN_S);
}
