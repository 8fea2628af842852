// What failed and offers to be tried again works once the answer is good.

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { openDetails } from "./crew";
import { MoreWorld, SAID } from "./more-world";
import type { Person } from "./person";
import { type MoreScreen, openMoreScreen } from "./screens-more";

let browser: Browser;
let world: MoreWorld;

beforeAll(async () => {
  [browser, world] = await Promise.all([startBrowser(), MoreWorld.start()]);
});
afterAll(async () => {
  await browser.close();
  await world.remove();
});

/** What was said while it failed, and what is there afterwards. */
const failures: [MoreScreen, string, (person: Person) => Locator][] = [
  ["rooms failed", "The rooms could not be read.", ({ page }) => page.locator("[data-room=general]")],
  ["older failed", "Older messages could not be read.", ({ page }) => page.locator('#messages [data-seq="20"]')],
  ["members failed", "The members could not be read. The server is busy", ({ page }) => page.locator("dialog [data-member=u2]")],
  ["files failed", "The files could not be read. The server cannot be reached", ({ page }) => page.locator("dialog .card", { hasText: "plan.png" })],
  ["pins failed", "The pinned messages could not be read. The server is busy", ({ page }) => page.locator("dialog .card", { hasText: SAID.loved })],
  ["replies failed", "The replies could not be read.", ({ page }) => page.locator(".thread .bubble-text", { hasText: SAID.keys })],
  ["reacted failed", "Who reacted could not be read. The server cannot be reached", ({ page }) => page.locator("dialog .reacted li").first()],
  ["versions failed", "The versions could not be read: The server cannot be reached", ({ page }) => page.locator("dialog .versions li").nth(2)],
  ["search failed", "The server is busy", ({ page }) => page.locator(".search-result").first()],
];

test.each(failures)("%s: %s", async (screen, said, found) => {
  const broken = { now: true };
  const person = await openMoreScreen(browser, world, screen, {}, broken);
  const { page } = person;
  const alert = page.getByRole("alert").filter({ hasText: said });
  await alert.waitFor();
  expect(await found(person).count()).toBe(0);
  broken.now = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await found(person).waitFor({ state: "attached" });
  await alert.waitFor({ state: "detached" });
  expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
  await person.leave();
});

test("what could not be loaded of the page is there when it is loaded again", async () => {
  const broken = { now: true };
  const person = await openMoreScreen(browser, world, "parts failed", {}, broken);
  broken.now = false;
  await person.page.getByRole("button", { name: "Load the page again" }).click();
  await person.page.getByRole("dialog").waitFor({ state: "detached" });
  await person.loaded();
  await (await openDetails(person)).getByRole("button", { name: "Members" }).waitFor();
  await person.leave();
});
