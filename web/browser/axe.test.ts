// WCAG 2.2 AA by axe-core, on every screen, in both themes.

import type { AxeResults } from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf, sticksOut } from "./axe";
import type { Theme } from "./browser";
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

const cases = SCREENS.flatMap((screen) => (["light", "dark"] as Theme[]).flatMap((theme) => [1100, 360].map((width) => ({ screen, theme, width }))));

test.each(cases)("$screen, $theme, $width px", async ({ screen, theme, width }) => {
  const person = await openScreen(browser, server, screen, { theme, width, height: 760, before: (page) => page.addInitScript(AXE) });
  expect(await faultsOf(person.page)).toEqual([]);
  if (theme === "light") expect(await sticksOut(person.page, [width < 500 ? 320 : 2560])).toEqual([]);
  await person.leave();
});

test("axe does find faults here", async () => {
  const person = await Person.enter(browser, server, "Ann", { room: "design", before: (page) => page.addInitScript(AXE) });
  const found = await person.page.evaluate(async () => {
    document.querySelector("#composer")?.removeAttribute("aria-label");
    document.querySelector("#composer")?.removeAttribute("placeholder");
    const { axe } = window as unknown as { axe: { run: () => Promise<AxeResults> } };
    return (await axe.run()).violations.map((fault) => fault.id);
  });
  expect(found).toContain("label");
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
