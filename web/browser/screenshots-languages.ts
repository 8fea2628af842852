// Pictures of the page in the languages that need the most room, or another direction: `task screenshots` puts them into
// browser/screenshots-languages for somebody to look at.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { startBrowser, type Theme } from "./browser";
import { Person } from "./person";
import { seed } from "./screens";
import { Server } from "./server";

const SIZES: [number, number][] = [
  [360, 740],
  [768, 1024],
  [1440, 900],
  [2560, 1440],
];
const FOLDER = fileURLToPath(new URL("screenshots-languages", import.meta.url));
/** Arabic runs from right to left; German words are long; Japanese has no spaces to break lines at. */
const LOCALES = ["en-GB", "ar", "de-DE", "ja-JP"];

let browser: Browser;
let server: Server;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await seed(server);
  const say = (who: string, name: string, text: string) => server.post("design", text, server.token(who, name));
  await say("u5", "ليلى", "صباح الخير! جربت القائمة الجديدة على هاتفي، وهي أهدأ بكثير من السابقة. شكرًا لكم جميعًا على هذا العمل.");
  await say("u5", "ليلى", "والرابط هنا:\n\n- أولًا https://example.com\n- ثانيًا **مهم**");
  await say("u2", "Bo", "Then here is one that mixes both, أهلًا بكم, and goes on from left to right until the line is full.");
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** What is looked at, one after the other on the same page; found by what is the same in every language. */
const SCREENS: readonly { name: string; open: (page: Page) => Promise<unknown> }[] = [
  { name: "room", open: (page) => page.locator(".bubble").first().waitFor() },
  {
    name: "menu",
    open: async (page) => {
      await page.locator("[data-more]").last().press("Enter");
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "details",
    open: async (page) => {
      await page.keyboard.press("Escape");
      await page.locator(".room-head-more button").last().press("Enter");
      await page.locator("dialog .facts").waitFor();
    },
  },
  {
    name: "members",
    open: async (page) => {
      await page.locator("dialog .segments button").nth(3).click();
      await page.locator("dialog .panel-part").waitFor();
    },
  },
  {
    name: "alerts",
    open: async (page) => {
      await page.locator("dialog .segments button").nth(4).click();
      await page.locator("dialog .alerts-form").waitFor();
    },
  },
  {
    name: "emoji",
    open: async (page) => {
      await page.keyboard.press("Escape");
      await page.locator(".composer-emoji").click();
      await page.getByRole("gridcell").first().waitFor();
      await page.getByRole("gridcell").first().hover();
    },
  },
  {
    name: "account",
    open: async (page) => {
      await page.keyboard.press("Escape");
      const me = page.locator(".me");
      if (!(await me.isVisible())) await page.locator(".menu-button").first().click();
      await me.click();
      await page.locator("#account-menu").waitFor();
    },
  },
];

const cases = LOCALES.flatMap((locale) => SIZES.flatMap((size) => (["light", "dark"] as Theme[]).map((theme) => ({ locale, size, theme }))));

test.each(cases)("$locale, $size, $theme", async ({ locale, size: [width, height], theme }) => {
  const options = { locale, width, height, theme };
  const shoot = (page: Page, name: string) => page.screenshot({ path: `${FOLDER}/${locale}-${name}-${width}-${theme}.png`, animations: "disabled" });
  const guest = await Person.arrive(browser, options);
  await guest.page.goto(server.url);
  await guest.page.locator("form").waitFor();
  await shoot(guest.page, "sign-in");
  await guest.leave();
  const person = await Person.enter(browser, server, "Mira Okafor", { ...options, room: "design" });
  for (const { name, open } of SCREENS) {
    await open(person.page);
    await person.page.mouse.move(0, 0);
    await shoot(person.page, name);
  }
  await person.leave();
});
