// Reading what was said before.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { png } from "./png";
import { Server } from "./server";
import { readToBeginning, walk } from "./walk";

/** How far the message one reads may move when older ones are put above it, in CSS pixels. */
const ANCHOR_PX = 1;
const MESSAGES = 230;
const WORDS = "every message stands where it stood while older ones are put above it ".split(" ");

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  const texts = Array.from({ length: MESSAGES }, (_, i) => `${i}: ${Array.from({ length: (i * 7) % 60 }, (_, j) => WORDS[(i + j) % WORDS.length]).join(" ")}`);
  await server.postAll("history", texts);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Scrolls so far up that the next page is read, and measures how far the first visible message moves. */
function moveWhenOlderCome(page: Page): Promise<{ moved: number; added: number }> {
  return page.evaluate(async () => {
    const scroller = document.querySelector(".timeline") as HTMLElement;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const oldest = () => Number(scroller.querySelector<HTMLElement>("[data-seq]")?.dataset["seq"]);
    const edge = scroller.getBoundingClientRect().top;
    scroller.scrollTop = 333.4;
    const visible = [...scroller.querySelectorAll<HTMLElement>("[data-key]")].find((e) => e.getBoundingClientRect().bottom > edge);
    const key = visible?.dataset["key"] ?? "";
    const top = () => document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.getBoundingClientRect().top ?? Number.NaN;
    const [topBefore, oldestBefore] = [top(), oldest()];
    let moved = 0;
    const deadline = performance.now() + 5_000;
    while (oldest() === oldestBefore && performance.now() < deadline) {
      await frame();
      moved = Math.max(moved, Math.abs(top() - topBefore));
    }
    for (let i = 0; i < 5; i++) {
      await frame();
      moved = Math.max(moved, Math.abs(top() - topBefore));
    }
    return { moved, added: oldestBefore - oldest() };
  });
}

test.each([
  ["wide", 1100],
  ["narrow", 360],
])("history loads upward and the message one reads stays where it is: %s", async (_, width) => {
  const ann = await Person.enter(browser, server, "Ann", { room: "history", width });
  for (let page = 0; page < 3; page++) {
    const { moved, added } = await moveWhenOlderCome(ann.page);
    expect(added).toBeGreaterThan(0);
    expect(moved).toBeLessThanOrEqual(ANCHOR_PX);
  }
  // On to the beginning: everything is there, in order, once.
  await readToBeginning(ann.page, SOON_MS);
  await ann.page.getByText("The beginning of").waitFor();
  expect((await walk(ann.page)).texts).toEqual((await server.log("history")).map((message) => message.text));
  await ann.leave();
});

test("what grows late above the message one reads does not move it", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "history" });
  await moveWhenOlderCome(ann.page);
  const moved = await ann.page.evaluate(async () => {
    const scroller = document.querySelector(".timeline") as HTMLElement;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const edge = scroller.getBoundingClientRect().top;
    const messages = [...scroller.querySelectorAll<HTMLElement>("[data-key]")];
    const read = messages.findIndex((e) => e.getBoundingClientRect().bottom > edge);
    const above = messages[read - 2];
    const visible = messages[read];
    if (!above || !visible) throw new Error("nothing stands above the message one reads");
    const heightBefore = scroller.scrollHeight;
    const before = visible.getBoundingClientRect().top;
    const picture = document.createElement("div");
    picture.style.height = "240px"; // as a picture that has arrived
    above.append(picture);
    for (let i = 0; i < 5; i++) await frame();
    if (scroller.scrollHeight <= heightBefore) throw new Error("nothing grew");
    return Math.abs(visible.getBoundingClientRect().top - before);
  });
  expect(moved).toBeLessThanOrEqual(ANCHOR_PX);
  await ann.leave();
});

test("a picture that comes late above the message one reads has had its place, and does not move it", async () => {
  const room = "late-picture";
  const token = server.token("bo", "Bo");
  await server.postAll(room, Array.from({ length: 20 }, (_, i) => `before ${i}`), token);
  const file = await server.upload(room, "tall.png", png(300, 600), token);
  await server.ask("bo", "POST", `rooms/${room}/messages`, { text: "the picture", attachments: [file] }, "Bo");
  await server.postAll(room, Array.from({ length: 20 }, (_, i) => `after ${i}`), token);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let asked = 0;
  const hold = (page: Page) =>
    page.route(/\/files\/[^/]+\/thumbnail\?/, async (route) => {
      asked++;
      await held;
      await route.continue();
    });
  const ann = await Person.enter(browser, server, "Ann", { room, before: hold });
  const place = ann.page.locator(".attachment-image");
  await place.scrollIntoViewIfNeeded();
  await expect.poll(() => asked, { timeout: SOON_MS }).toBe(1);
  const size = async () => {
    const box = await place.boundingBox();
    return [box?.width, box?.height];
  };
  const before = await size();
  expect(before).toEqual([160, 320]);
  // One reads below it, and it stands above the window.
  const top = await ann.page.evaluate(async () => {
    const scroller = document.querySelector(".timeline") as HTMLElement;
    const edge = scroller.getBoundingClientRect().top;
    const read = [...scroller.querySelectorAll<HTMLElement>(".message")].find((one) => one.querySelector(".bubble-text")?.textContent === "after 2");
    if (!read) throw new Error("what one reads is not there");
    scroller.scrollTop += read.getBoundingClientRect().top - edge;
    // The frame after the next comes when the page has been told of the scrolling.
    await new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
    if ((scroller.querySelector(".attachment-image")?.getBoundingClientRect().bottom ?? Infinity) > edge) throw new Error("the picture is in sight");
    return read.getBoundingClientRect().top;
  });
  release();
  const image = place.locator("img");
  await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0), { timeout: SOON_MS }).toBe(true);
  await ann.page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
  const after = (await ann.bubble("after 2").boundingBox())?.y ?? Number.NaN;
  expect(Math.abs(after - top)).toBeLessThanOrEqual(ANCHOR_PX);
  expect(await size()).toEqual(before);
  await ann.leave();
});

/** Something two rows above the message one reads grows as soon as a frame of the socket comes that holds a word, or at once and the page is told of a scrolling: before it can make good what grew. Gives how far that message moves. */
function moveWhenGrown(page: Page, when: { told: string } | "scrolled"): Promise<number> {
  return page.evaluate(async (when) => {
    const scroller = document.querySelector(".timeline") as HTMLElement;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const edge = scroller.getBoundingClientRect().top;
    const messages = [...scroller.querySelectorAll<HTMLElement>("[data-key]")];
    const read = messages.findIndex((e) => e.getBoundingClientRect().bottom > edge);
    const [above, visible] = [messages[read - 2], messages[read]];
    if (!above || !visible) throw new Error("nothing stands above the message one reads");
    const before = visible.getBoundingClientRect().top;
    const grow = () => {
      const picture = document.createElement("div");
      picture.style.height = "240px";
      above.append(picture);
    };
    if (when === "scrolled") {
      grow();
      scroller.dispatchEvent(new Event("scroll"));
    } else await new Promise<void>((resolve) => ((window as unknown as { hear: (data: string) => void }).hear = (data) => void (data.includes(when.told) && resolve(grow()))));
    for (let i = 0; i < 5; i++) await frame();
    return Math.abs(visible.getBoundingClientRect().top - before);
  }, when);
}

test("it does not move it either when the page is told of a scrolling before it has made good what grew", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "history" });
  await moveWhenOlderCome(ann.page);
  expect(await moveWhenGrown(ann.page, "scrolled")).toBeLessThanOrEqual(ANCHOR_PX);
  await ann.leave();
});

test("nor when a message comes before it has", async () => {
  const before = (page: Page) =>
    page.addInitScript(() => {
      const scope = window as unknown as { hear?: (data: string) => void };
      window.WebSocket = class extends WebSocket {
        constructor(url: string | URL, protocols?: string | string[]) {
          super(url, protocols);
          this.addEventListener("message", ({ data }) => scope.hear?.(String(data))); // before whoever uses it listens
        }
      };
    });
  const ann = await Person.enter(browser, server, "Ann", { room: "history", before });
  await moveWhenOlderCome(ann.page);
  const moved = moveWhenGrown(ann.page, { told: "told while it grew" });
  await expect.poll(() => ann.page.evaluate(() => "hear" in window), { timeout: SOON_MS }).toBe(true);
  await server.post("history", "told while it grew");
  expect(await moved).toBeLessThanOrEqual(ANCHOR_PX);
  await ann.leave();
});

test("at the end, what grows late leaves the end in sight", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "history" });
  await staysAtEnd(ann.page);
  await ann.page.evaluate(() => {
    const messages = document.querySelectorAll<HTMLElement>(".timeline [data-key]");
    const picture = document.createElement("div");
    picture.style.height = "480px";
    messages[messages.length - 3]?.append(picture);
  });
  await staysAtEnd(ann.page);
  await ann.leave();
});

test("an on-screen keyboard hides neither the composer nor the end", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "history", width: 360 });
  await staysAtEnd(ann.page);
  const keyboard = { width: 360, height: 330 }; // what is left above it, as the viewport's interactive-widget asks for
  await ann.page.setViewportSize(keyboard);
  await expect.poll(() => ann.page.evaluate(() => innerHeight), { timeout: SOON_MS }).toBe(keyboard.height);
  await staysAtEnd(ann.page);
  const composer = await ann.page.getByRole("textbox").boundingBox();
  expect(composer).not.toBeNull();
  expect((composer?.y ?? 0) + (composer?.height ?? 0)).toBeLessThanOrEqual(keyboard.height);
  await ann.leave();
});

test("scrolled up, a new message moves nothing, is counted, and the button leads to it", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "history" });
  await moveWhenOlderCome(ann.page);
  await ann.page.getByRole("button", { name: "Jump to present" }).waitFor();
  const place = () => ann.page.locator(".timeline").evaluate((element) => element.scrollTop);
  const before = await place();
  await server.post("history", "news one");
  await server.post("history", "news two");
  await ann.page.getByRole("button", { name: "2 new messages" }).waitFor();
  expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(ANCHOR_PX);
  await ann.page.getByRole("button", { name: "2 new messages" }).click();
  await ann.page.locator(".jump").waitFor({ state: "detached" });
  expect(await isInView(ann.page, "news two")).toBe(true);
  // At the end again, the next one is followed.
  await server.post("history", "news three");
  await expect.poll(() => isInView(ann.page, "news three")).toBe(true);
  await ann.leave();
});

test("the end stays in sight when the composer grows", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "history" });
  await ann.field.fill("line\n".repeat(8));
  const last = await ann.bubbles.last().getAttribute("data-key");
  await expect
    .poll(() =>
      ann.page.evaluate((key) => {
        const bubble = document.querySelector(`[data-key="${CSS.escape(key ?? "")}"]`)?.getBoundingClientRect();
        const frame = document.querySelector(".timeline")?.getBoundingClientRect();
        return bubble && frame ? bubble.bottom <= frame.bottom : false;
      }, last),
    )
    .toBe(true);
  await ann.leave();
});

test("who opens a room with unread messages sees where they begin", async () => {
  await server.post("unread", "known");
  const ann = await Person.enter(browser, server, "Ann", { room: "unread" });
  await ann.bubble("known").waitFor();
  await ann.page.goto(`${server.url}/`);
  await ann.connected();
  await server.post("unread", "new to ann");
  const row = ann.page.locator("[data-room=unread]");
  await row.locator(".badge").waitFor();
  await row.click();
  const line = ann.page.locator(".unread-line");
  await line.waitFor();
  expect(await line.evaluate((element) => element.nextElementSibling?.querySelector(".bubble-text")?.textContent)).toBe("new to ann");
  await ann.leave();
});

/** Waits until there are messages and the last of them is in sight. */
async function staysAtEnd(page: Page): Promise<void> {
  await page.locator(".message").first().waitFor();
  const below = () => page.locator(".timeline").evaluate((e) => e.scrollHeight - e.clientHeight - e.scrollTop);
  await expect.poll(below, { timeout: SOON_MS }).toBeLessThanOrEqual(ANCHOR_PX);
}

function isInView(page: Page, text: string): Promise<boolean> {
  return page.evaluate((wanted) => {
    const bubble = [...document.querySelectorAll(".message")].find((e) => e.textContent?.includes(wanted))?.getBoundingClientRect();
    const frame = document.querySelector(".timeline")?.getBoundingClientRect();
    return bubble !== undefined && frame !== undefined && bubble.top >= frame.top && bubble.bottom <= frame.bottom;
  }, text);
}
