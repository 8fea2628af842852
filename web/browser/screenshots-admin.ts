// Pictures of every screen of moderators and admins: `task screenshots` puts them into
// browser/screenshots-admin for somebody to look at.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { startBrowser, type Theme } from "./browser";
import { openAdminScreen, ADMIN_SCREENS, type AdminRooms, seedAdmin } from "./screens-admin";
import { Server } from "./server";

const SIZES: [number, number][] = [
  [320, 640],
  [768, 1024],
  [1280, 800],
  [2560, 1440],
];
const FOLDER = fileURLToPath(new URL("screenshots-admin", import.meta.url));

let browser: Browser;
let server: Server;
let rooms: AdminRooms;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  [browser, server] = await Promise.all([startBrowser(), Server.start("-webhook-allow-private")]);
  rooms = await seedAdmin(server);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test.each(ADMIN_SCREENS)("%s", async (screen) => {
  for (const [width, height] of SIZES) {
    for (const theme of ["light", "dark"] as Theme[]) {
      const person = await openAdminScreen(browser, server, rooms, screen, { width, height, theme });
      await person.page.mouse.move(0, 0);
      await person.page.screenshot({ path: `${FOLDER}/${screen.replaceAll(" ", "-")}-${width}-${theme}.png`, animations: "disabled" });
      await person.leave();
    }
  }
});
