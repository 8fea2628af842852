// Pictures of the screens of screens-more.ts: `task screenshots` puts them into browser/screenshots-more for somebody to look at.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { startBrowser, type Theme } from "./browser";
import { MoreWorld } from "./more-world";
import { MORE_SCREENS, openMoreScreen } from "./screens-more";

const SIZES: [number, number][] = [
  [320, 640],
  [390, 844],
  [768, 1024],
  [1280, 800],
  [2560, 1440],
];
const FOLDER = fileURLToPath(new URL("screenshots-more", import.meta.url));

let browser: Browser;
let world: MoreWorld;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  [browser, world] = await Promise.all([startBrowser(), MoreWorld.start()]);
});
afterAll(async () => {
  await browser.close();
  await world.remove();
});

test.each(MORE_SCREENS)("%s", async (screen) => {
  for (const [width, height] of SIZES) {
    const person = await openMoreScreen(browser, world, screen, { width, height });
    await person.page.mouse.move(0, 0);
    for (const theme of ["light", "dark"] as Theme[]) {
      await person.page.emulateMedia({ colorScheme: theme });
      await person.page.screenshot({ path: `${FOLDER}/${screen.replaceAll(" ", "-")}-${width}-${theme}.png`, animations: "disabled" });
    }
    await person.leave();
  }
});
