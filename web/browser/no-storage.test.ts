// A browser whose storage is forbidden, as in the private windows of some, or full: one comes in, writes and chooses all the same.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** The mere name of what keeps something throws, from the next load on. */
function forbid(page: Page, names: readonly string[]): Promise<unknown> {
  return page.addInitScript((forbidden) => {
    for (const name of forbidden) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("storage is forbidden here", "SecurityError");
        },
      });
    }
  }, names);
}

/** localStorage takes nothing more. */
function fill(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (this: Storage, key: string, value: string) {
      if (this === localStorage) throw new DOMException("there is no room", "QuotaExceededError");
      setItem.call(this, key, value);
    };
  });
}

async function joinAs(person: Person, name: string): Promise<void> {
  await person.page.getByLabel("Your name").fill(name);
  await person.page.getByRole("button", { name: "Join as a guest" }).click();
  await person.loaded();
}

/** One writes, and it is in the log. */
async function says(person: Person, room: string, text: string): Promise<void> {
  await person.say(text);
  await person.bubble(text).and(person.page.locator('[data-state="logged"][data-seq]')).waitFor();
  expect((await server.log(room)).map((message) => message.text)).toContain(text);
}

/** The theme and the language are chosen, and are so at once; the page is German then. */
async function choosesLooks({ page }: Person): Promise<void> {
  await page.locator(".me").click();
  await page.locator(".theme-choice", { hasText: "Dark" }).click();
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset["theme"]), { timeout: SOON_MS }).toBe("dark");
  await page.getByLabel("Language").selectOption("Deutsch");
  await page.getByLabel("Sprache").waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
}

const storageBanner = (person: Person) => person.page.getByTestId("storage-banner");

test.each([
  { room: "private", names: ["localStorage", "sessionStorage"] },
  { room: "nothing", names: ["localStorage", "sessionStorage", "indexedDB", "caches"] },
])("where $names are forbidden one comes in, writes, and chooses how it looks and speaks", async ({ room, names }) => {
  const ann = await Person.arrive(browser);
  const { page } = ann;
  await forbid(page, names);
  await page.goto(`${server.url}/rooms/${room}`);
  await joinAs(ann, "Ann");
  await ann.field.fill("half a sentence");
  await storageBanner(ann).getByText("keeps nothing", { exact: false }).waitFor();
  await says(ann, room, "in private");
  await choosesLooks(ann);
  await page.getByRole("button", { name: "Abmelden" }).click();
  // Nothing is known any more but what this page itself was told.
  await page.getByRole("button", { name: "Als Gast teilnehmen" }).waitFor();
  await page.reload();
  await joinAs(ann, "Ann again");
  await ann.leave();
});

test("where localStorage is full one is still in after a reload, and writes and chooses", async () => {
  const ann = await Person.arrive(browser);
  const { page } = ann;
  await fill(page);
  await page.goto(`${server.url}/rooms/full`);
  await joinAs(ann, "Ann");
  await says(ann, "full", "there was no room");
  await page.reload();
  await ann.bubble("there was no room").waitFor();
  await ann.connected();
  await ann.field.fill("half a sentence");
  await storageBanner(ann).getByText("storage is full", { exact: false }).waitFor();
  await says(ann, "full", "nor now");
  await choosesLooks(ann);
  await ann.leave();
});
