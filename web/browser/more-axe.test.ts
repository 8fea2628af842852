// WCAG 2.2 AA by axe-core on the screens of screens-more.ts, in both themes, and nothing sticks out of the window.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faultsOfThemes, sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { MoreWorld } from "./more-world";
import { MORE_SCREENS, openMoreScreen } from "./screens-more";

let browser: Browser;
let world: MoreWorld;

beforeAll(async () => {
  [browser, world] = await Promise.all([startBrowser(), MoreWorld.start()]);
});
afterAll(async () => {
  await browser.close();
  await world.remove();
});

/** Swagger UI's headings go from the first level to the third, and what it says of the whole stands before its landmark. No criterion of WCAG forbids either; axe counts both as good practice. */
const KNOWN_OF_ROUTES = /^(light|dark): moderate (heading-order|region):/;

const cases = MORE_SCREENS.flatMap((screen) => [1100, 360].map((width) => ({ screen, width })));

test.each(cases)("$screen, $width px", async ({ screen, width }) => {
  const person = await openMoreScreen(browser, world, screen, { width, height: 760 });
  const faults = await faultsOfThemes(person.page);
  expect(screen === "routes" ? faults.filter((fault) => !KNOWN_OF_ROUTES.test(fault)) : faults).toEqual([]);
  expect(await sticksOut(person.page, [width < 500 ? 320 : 2560])).toEqual([]);
  await person.leave();
});
