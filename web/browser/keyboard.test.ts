// A keyboard on the screen that the browser itself makes no room for, as Safari's on iOS.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

const WIDTH = 360;
const HEIGHT = 740;
const KEYBOARD = 320;

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await server.postAll("keys", Array.from({ length: 30 }, (_, i) => `line ${i}`));
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Makes the visual viewport say what it would with so much of the page in sight. */
function inSight(person: Person, height: number, scale: number): Promise<void> {
  return person.page.evaluate(
    ([height, scale]) => {
      const viewport = window.visualViewport;
      if (!viewport) throw new Error("this browser has no visualViewport");
      Object.defineProperty(viewport, "height", { configurable: true, value: height });
      Object.defineProperty(viewport, "scale", { configurable: true, value: scale });
      viewport.dispatchEvent(new Event("resize"));
    },
    [height, scale] as const,
  );
}

const bottomOf = (person: Person, selector: string) => person.page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);

describe("the keyboard of a phone", () => {
  it("does not hide the composer or the newest message, and gives the room back", async () => {
    const person = await Person.enter(browser, server, "Thumb", { room: "keys", width: WIDTH, height: HEIGHT });
    expect(await bottomOf(person, ".composer")).toBe(HEIGHT);

    await inSight(person, HEIGHT - KEYBOARD, 1);
    expect(await bottomOf(person, ".composer")).toBe(HEIGHT - KEYBOARD);
    await expect.poll(() => bottomOf(person, ".message >> nth=-1"), { timeout: SOON_MS }).toBeLessThan(HEIGHT - KEYBOARD);

    await inSight(person, HEIGHT, 1);
    expect(await bottomOf(person, ".composer")).toBe(HEIGHT);
    await person.leave();
  });

  it("is not mistaken for a pinch", async () => {
    const person = await Person.enter(browser, server, "Pinch", { room: "keys", width: WIDTH, height: HEIGHT });
    await inSight(person, HEIGHT / 2, 2);
    expect(await bottomOf(person, ".composer")).toBe(HEIGHT);
    await person.leave();
  });
});
