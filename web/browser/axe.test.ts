// WCAG 2.2 AA by axe-core, on every screen, in both themes.

import type { AxeResults } from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
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
