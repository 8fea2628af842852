// What is read of the server: that it is awaited, why it could not be read, and that it is there at another try.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "./admin-world";
import { errors as ar } from "../src/i18n/ar/errors";
import { errors as de } from "../src/i18n/de/errors";
import { errors as es } from "../src/i18n/es/errors";
import { errors as fr } from "../src/i18n/fr/errors";
import { errors as ja } from "../src/i18n/ja/errors";
import { errors as ptBR } from "../src/i18n/pt-BR/errors";
import { errors as zhCN } from "../src/i18n/zh-CN/errors";
import { AXE, faultsOf, sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { SOON_MS } from "./person";
import { Gate, NEXT_PAGES, openMembers, openSignIn, READINGS, ReadingWorld, shorten } from "./reading-world";

let browser: Browser;
let world: ReadingWorld;

beforeAll(async () => {
  [browser, world] = await Promise.all([startBrowser(), ReadingWorld.start()]);
});
afterAll(async () => {
  await browser.close();
  await world.remove();
});

const WHY = { busy: "The server is busy", down: "The database does not answer", cut: "The server cannot be reached" } as const;

/** Axe finds no fault, and nothing sticks out. */
async function isWell(page: Page): Promise<void> {
  expect(await faultsOf(page)).toEqual([]);
  expect(await sticksOut(page, [])).toEqual([]);
}

/** Whether the keyboard is somewhere on the page, and not back at its beginning. */
const isFocusKept = (page: Page) => page.evaluate(() => document.activeElement !== null && document.activeElement !== document.body && document.activeElement.checkVisibility());

const cases = Object.entries(READINGS).map(([name, reading], i) => ({ name, reading, theme: i % 2 === 0 ? ("light" as const) : ("dark" as const) }));

test.each(cases)("$name: awaited, failed, and there at another try, $theme", async ({ reading, theme }) => {
  const gate = new Gate();
  const person = await reading.open(browser, world, gate, { theme, width: 320, height: 740, before: (page) => page.addInitScript(AXE) });
  const { page } = person;
  const awaited = page.getByRole("status", { name: reading.loading, exact: true }).filter({ visible: true }).first();
  const alert = page.getByRole("alert").filter({ hasText: reading.failed, visible: true });
  await awaited.waitFor();
  expect(await alert.count()).toBe(0);
  expect(await reading.found(page).count()).toBe(0);
  await isWell(page);

  gate.set(reading.how);
  await alert.filter({ hasText: WHY[reading.how] }).waitFor();
  expect(await alert.count()).toBe(1);
  expect(await awaited.count()).toBe(0);
  await isWell(page);

  gate.set("held");
  const again = page.getByRole("button", { name: "Try again" }).filter({ visible: true });
  await again.press("Enter");
  if (!reading.stays) {
    await awaited.waitFor();
    expect(await alert.count()).toBe(0); // so that what fails once more is said once more
  }
  await expect.poll(() => isFocusKept(page)).toBe(true);
  gate.set("good");
  await reading.found(page).waitFor();
  await alert.waitFor({ state: "detached" });
  expect(await awaited.count()).toBe(0);
  expect(await again.count()).toBe(0);
  expect(await isFocusKept(page)).toBe(true);
  await person.leave();
});

test.each(Object.entries({ ar, de, es, fr, ja, "pt-BR": ptBR, "zh-CN": zhCN }))("that the server is up but not ready is told from that it is not reached where one signs in: %s", async (locale, texts) => {
  const gate = new Gate("down");
  const person = await openSignIn(browser, world, gate, { locale, width: 320, height: 740, before: (page) => page.addInitScript(AXE) });
  const { page } = person;
  const alert = page.getByRole("alert").filter({ visible: true });
  await alert.filter({ hasText: texts.notReady }).waitFor();
  await isWell(page);
  gate.set("cut");
  await alert.getByRole("button").press("Enter");
  await alert.filter({ hasText: texts.unavailable }).waitFor();
  expect(await alert.count()).toBe(1);
  await person.leave();
});

test.each(NEXT_PAGES)("the next page of the $list fails: what is there stays, and another try brings it", async ({ who, path, address, next, rows, first, open }) => {
  const gate = new Gate();
  const before = async (page: Page) => {
    await page.addInitScript(AXE);
    if (first) await shorten(page, first);
    await gate.ofAddress(page, address);
  };
  const person = await visit(browser, world.server, who, path(world), { width: 320, height: 740, before });
  const { page } = person;
  await open?.(page);
  const list = page.locator(rows);
  await list.first().waitFor();
  const shown = await list.count();
  await page.getByRole("button", { name: next }).press("Enter");
  await page.getByRole("button", { name: "One moment…" }).waitFor();
  expect(await isFocusKept(page)).toBe(true);
  gate.set("busy");
  const alert = page.getByRole("alert").filter({ hasText: "More could not be read. The server is busy" });
  await alert.waitFor();
  expect(await list.count()).toBe(shown);
  expect(await page.locator(".freshness[data-stale]").count()).toBe(0); // what is there is as new as it was
  await isWell(page);
  expect(await isFocusKept(page)).toBe(true);
  gate.set("good");
  await page.getByRole("button", { name: "Try again" }).press("Enter");
  await expect.poll(() => list.count(), { timeout: SOON_MS }).toBeGreaterThan(shown);
  await alert.waitFor({ state: "detached" });
  expect(await isFocusKept(page)).toBe(true);
  await person.leave();
});

test("a list that is read again by key keeps the focus at the button, and what was read when it cannot be", async () => {
  const gate = new Gate("good");
  const person = await visit(browser, world.server, "root", "/admin/people", { before: (page) => gate.ofAddress(page, /\/api\/users\?/) });
  const { page } = person;
  const list = page.locator("[data-row]");
  await list.first().waitFor();
  const shown = await list.count();
  const refresh = page.getByRole("button", { name: "Refresh the people" });
  gate.set("held");
  await refresh.press("Enter");
  await page.locator('.admin-screen[aria-busy="true"]').waitFor();
  gate.set("busy");
  await page.getByRole("status").filter({ hasText: "Not read again: The server is busy" }).waitFor();
  expect(await list.count()).toBe(shown);
  expect(await refresh.evaluate((element) => element === document.activeElement)).toBe(true);
  gate.set("good");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "Not read again" }).waitFor({ state: "detached" });
  expect(await refresh.evaluate((element) => element === document.activeElement)).toBe(true);
  await person.leave();
});

test("that the members cannot be read again after one was changed is said in sight of him, and another try brings them", async () => {
  const gate = new Gate("good");
  const before = async (page: Page) => {
    await page.addInitScript(AXE);
    await gate.ofAddress(page, /\/api\/rooms\/[^/]+\/members\?/);
  };
  const person = await visit(browser, world.server, "root", "/admin/rooms", { width: 320, height: 740, before });
  const { page } = person;
  await openMembers(page);
  const member = page.locator('[data-member="member-044"]');
  const shown = async () => page.locator("[data-member]").count();
  await member.getByText("Member", { exact: true }).waitFor();
  const rows = await shown();
  await member.getByRole("button").press("Enter");
  gate.set("busy");
  await page.getByRole("menuitem", { name: "Make a moderator" }).press("Enter");
  const why = page.getByRole("dialog").getByRole("status").filter({ hasText: "Not read again: The server is busy" });
  await why.waitFor();
  expect(await shown()).toBe(rows);
  expect(await isFocusKept(page)).toBe(true);
  expect(await why.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  })).toBe(true);
  await isWell(page);
  gate.set("good");
  const again = page.getByRole("button", { name: "Refresh the members" });
  await again.press("Enter");
  await why.waitFor({ state: "detached" });
  await member.getByText("Moderator", { exact: true }).waitFor();
  expect(await again.evaluate((element) => element === document.activeElement)).toBe(true);
  await person.leave();
});
