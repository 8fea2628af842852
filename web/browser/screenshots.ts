// Pictures of every screen, at a phone's, a tablet's and a desk's width, light and dark:
// `task screenshots` puts them into browser/screenshots for somebody to look at.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { startBrowser, type Theme } from "./browser";
import { openScreen, SCREENS, seed } from "./screens";
import { Server } from "./server";

const SIZES: [number, number][] = [
  [320, 640],
  [360, 740],
  [768, 1024],
  [1280, 800],
  [2560, 1440],
];
const FOLDER = fileURLToPath(new URL("screenshots", import.meta.url));

let browser: Browser;
let server: Server;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await seed(server);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test.each(SCREENS)("%s", async (screen) => {
  for (const [width, height] of SIZES) {
    for (const theme of ["light", "dark"] as Theme[]) {
      const person = await openScreen(browser, server, screen, { width, height, theme });
      await person.page.mouse.move(0, 0);
      await person.page.screenshot({ path: `${FOLDER}/${screen.replaceAll(" ", "-")}-${width}-${theme}.png`, animations: "disabled" });
      await person.leave();
    }
  }
});
