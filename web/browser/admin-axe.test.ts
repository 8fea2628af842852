// WCAG 2.2 AA by axe-core, on every screen of moderators and admins, in both themes.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faultsOfThemes, sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { openAdminScreen, ADMIN_SCREENS, type AdminRooms, seedAdmin } from "./screens-admin";
import { Server } from "./server";

let browser: Browser;
let server: Server;
let rooms: AdminRooms;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start("-webhook-allow-private")]);
  rooms = await seedAdmin(server);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const cases = ADMIN_SCREENS.flatMap((screen) => [1100, 360].map((width) => ({ screen, width })));

test.each(cases)("$screen, $width px", async ({ screen, width }) => {
  const person = await openAdminScreen(browser, server, rooms, screen, { width, height: 760 });
  expect(await faultsOfThemes(person.page)).toEqual([]);
  expect(await sticksOut(person.page, [width < 500 ? 320 : 2560])).toEqual([]);
  await person.leave();
});
