// WCAG 2.2 AA by axe-core, on every screen of rooms, members and rights, in both themes.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faultsOfThemes, sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { openRoomScreen, ROOM_SCREENS, type Rooms, seedRooms } from "./screens-rooms";
import { Server } from "./server";

let browser: Browser;
let server: Server;
let rooms: Rooms;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  rooms = await seedRooms(server);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const cases = ROOM_SCREENS.flatMap((screen) => [1100, 360].map((width) => ({ screen, width })));

test.each(cases)("$screen, $width px", async ({ screen, width }) => {
  const person = await openRoomScreen(browser, server, rooms, screen, { width, height: 760 });
  expect(await faultsOfThemes(person.page)).toEqual([]);
  expect(await sticksOut(person.page, [width < 500 ? 320 : 2560])).toEqual([]);
  await person.leave();
});
