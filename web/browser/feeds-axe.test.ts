// WCAG 2.2 AA by axe-core, on every screen of the feeds, in both themes.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faultsOfThemes, sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { FEED_SCREENS, openFeedScreen, seedFeeds } from "./feeds-screens";
import { FeedsWorld } from "./feeds-world";

let browser: Browser;
let world: FeedsWorld;

beforeAll(async () => {
  [browser, world] = await Promise.all([startBrowser(), FeedsWorld.start()]);
  await seedFeeds(world);
});
afterAll(async () => {
  await browser.close();
  await world.remove();
});

const cases = FEED_SCREENS.flatMap((screen) => [1100, 360].map((width) => ({ screen, width })));

test.each(cases)("$screen, $width px", async ({ screen, width }) => {
  const person = await openFeedScreen(browser, world, screen, { width, height: 760 });
  expect(await faultsOfThemes(person.page)).toEqual([]);
  expect(await sticksOut(person.page, [width < 500 ? 320 : 2560])).toEqual([]);
  await person.leave();
});

test("fields stay in their card where that is narrow", async () => {
  const person = await openFeedScreen(browser, world, "stream", { width: 900, height: 1000 });
  const form = person.page.locator(".feed-form");
  for (const width of [900, 850, 320]) {
    await person.page.setViewportSize({ width, height: 1000 });
    await expect.poll(() => form.evaluate((card) => card.scrollWidth - card.clientWidth)).toBe(0);
    const out = await form.evaluate((card) => {
      const edge = card.getBoundingClientRect().right;
      return [...card.querySelectorAll("input, select, button")].filter((field) => field.getBoundingClientRect().right > edge).map((field) => field.outerHTML.slice(0, 80));
    });
    expect(out).toEqual([]);
  }
  await person.leave();
});
