// WCAG 2.2 AA by axe-core, on every screen, in both themes.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faultsOf, faultsOfThemes, sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { Person } from "./person";
import { openScreen, SCREENS, seed } from "./screens";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await seed(server);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const cases = SCREENS.flatMap((screen) => [1100, 360].map((width) => ({ screen, width })));

test.each(cases)("$screen, $width px", async ({ screen, width }) => {
  const person = await openScreen(browser, server, screen, { width, height: 760 });
  expect(await faultsOfThemes(person.page)).toEqual([]);
  expect(await sticksOut(person.page, [width < 500 ? 320 : 2560])).toEqual([]);
  await person.leave();
});

test("axe does find faults here", async () => {
  const person = await Person.enter(browser, server, "Ann", { room: "design" });
  await person.page.evaluate(() => {
    document.querySelector("#composer")?.removeAttribute("aria-label");
    document.querySelector("#composer")?.removeAttribute("placeholder");
  });
  expect(await faultsOf(person.page)).toContainEqual(expect.stringMatching(/^critical label: #composer /));
  await person.leave();
});

test("a fault that one theme alone has is found in it, however slowly colours change", async () => {
  const person = await Person.enter(browser, server, "Ann", { room: "design" });
  await person.page.evaluate(() => {
    const put = (id: string, color: string) => {
      const style = `color: ${color}; background: light-dark(#ffffff, #000000); transition: color 1h, background 1h`;
      document.querySelector("main")?.append(Object.assign(document.createElement("p"), { id, textContent: id, style }));
    };
    put("pale-in-light", "light-dark(#eeeeee, #ffffff)");
    put("pale-in-dark", "light-dark(#000000, #111111)");
    put("pale-in-neither", "light-dark(#000000, #ffffff)");
  });
  expect(await faultsOfThemes(person.page)).toEqual([expect.stringMatching(/^light: serious color-contrast: #pale-in-light [^|]*$/), expect.stringMatching(/^dark: serious color-contrast: #pale-in-dark [^|]*$/)]);
  await person.leave();
});

test("what sticks out of the window is found, on either side, and nothing that is out of sight", async () => {
  const person = await Person.enter(browser, server, "Ann", { room: "design", width: 400 });
  expect(await sticksOut(person.page, [])).toEqual([]);
  await person.page.evaluate(() => {
    const put = (tag: string, style: string) => document.querySelector("main")?.append(Object.assign(document.createElement(tag), { textContent: `a ${tag}`, style }));
    put("p", "position: absolute; left: 300px; width: 101px");
    put("button", "position: absolute; left: -20px; width: 50px");
    put("h2", "position: absolute; left: 300px; width: 100px");
    put("p", "position: absolute; left: 500px; width: 100px; visibility: hidden");
    put("p", "position: absolute; left: 500px; width: 100px; opacity: 0");
  });
  expect(await sticksOut(person.page, [])).toEqual(["400 px: p from 300 to 401: a p", "400 px: button from -20 to 30: a button"]);
  expect(await sticksOut(person.page, [2560])).toContain("2560 px: button from -20 to 30: a button");
  await person.leave();
});
