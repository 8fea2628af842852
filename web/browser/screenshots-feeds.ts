// Pictures of the page of feeds, as screenshots.ts makes them of the chat:
// `task screenshots` puts them into browser/screenshots-feeds.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { startBrowser, type Theme } from "./browser";
import { FEED_SCREENS, openFeedScreen, seedFeeds } from "./feeds-screens";
import { FeedsWorld } from "./feeds-world";

const SIZES: [number, number][] = [
  [320, 640],
  [360, 740],
  [900, 1000],
  [1440, 900],
  [2560, 1300],
];
const FOLDER = fileURLToPath(new URL("screenshots-feeds", import.meta.url));

let browser: Browser;
let world: FeedsWorld;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  [browser, world] = await Promise.all([startBrowser(), FeedsWorld.start()]);
  await seedFeeds(world);
});
afterAll(async () => {
  await browser.close();
  await world.remove();
});

test.each(FEED_SCREENS)("%s", async (screen) => {
  for (const [width, height] of SIZES) {
    for (const theme of ["light", "dark"] as Theme[]) {
      const person = await openFeedScreen(browser, world, screen, { width, height, theme });
      await person.page.mouse.move(0, 0);
      await person.page.screenshot({ path: `${FOLDER}/${screen.replaceAll(" ", "-")}-${width}-${theme}.png`, animations: "disabled" });
      await person.leave();
    }
  }
});
