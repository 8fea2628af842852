// A room of ten thousand messages: few of them are on the page, and it scrolls as a short one does.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archiveOf, type Said } from "./archive";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
import { readToBeginning, walk } from "./walk";

const MESSAGES = 10_000;
/** How far what one reads may be from where it should, in CSS pixels. */
const ANCHOR_PX = 1;
/** Turns of the wheel, and how far one goes, in CSS pixels: all together about a hundred screens. */
const TURNS = 150;
const TURN_PX = 400;
/** In so many frames without a change nothing scrolls any more. */
const STILL_FRAMES = 20;
/** Scrolled, the room shows at least this part of the frames a second that an empty page does; the best of so many tries. */
const LEAST_SHARE = 0.4;
const TRIES = 3;
/** The most of them that may be on the page at once. */
const MOST_ROWS = 200;
/** How long it may take to read all of them, in ms: two hundred answers, on a busy machine. */
const READ_MS = 240_000;
/** What reading all of them may add to the heap, in bytes: 2.5 kB a message. It comes back when one is at the end again. */
const READ_HEAP = 25_000_000;
const KEPT_HEAP = 10_000_000;

const AUTHORS = ["Ann", "Bo", "Cleo"];
const WORDS = "ten thousand messages stand in this room and only those around the reader are on the page".split(" ");

/** Everything a log may hold: long and short texts, floods of one author, several days. */
const SAID: readonly Said[] = Array.from({ length: MESSAGES }, (_, i) => ({
  author: AUTHORS[i % 97 < 60 ? 0 : i % AUTHORS.length] ?? "Ann",
  text: [i + 1, ...Array.from({ length: (i * 7) % 40 }, (_, j) => WORDS[(i + j) % WORDS.length])].join(" "),
  at: Date.now() - (MESSAGES - i) * 60_000,
}));

let browser: Browser;
let server: Server;
/** One for all of them, who has read up to the beginning. */
let ann: Person;
let heapBefore = 0;
let mostWhileReading = 0;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.holding(archiveOf({ long: SAID }))]);
  ann = await Person.enter(browser, server, "Ann", { room: "long" });
  await ann.page.locator(`[data-seq="${MESSAGES}"]`).waitFor();
  heapBefore = await heap(ann.page);
  mostWhileReading = await readToBeginning(ann.page, READ_MS);
}, 2 * READ_MS);
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Bytes of the page's heap that are in use once the garbage is gone. */
async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

/** Scrolls to a part of the whole, from 0 to 1. */
const scrollTo = (part: number) => ann.page.locator(".timeline").evaluate((element, part) => (element.scrollTop = part * element.scrollHeight), part);
const rows = () => ann.bubbles.count();
/** The seq of the first message that reaches into what is in sight; 0: nothing is in sight. */
const firstInSight = () =>
  ann.page.evaluate(() => {
    const frame = document.querySelector(".timeline")?.getBoundingClientRect();
    if (!frame) return 0;
    const found = [...document.querySelectorAll<HTMLElement>(".message[data-seq]")].find((message) => message.getBoundingClientRect().bottom > frame.top);
    return found && found.getBoundingClientRect().top < frame.bottom ? Number(found.dataset["seq"]) : 0;
  });

test("all of it can be read, with fewer than two hundred rows on the page and little memory", async () => {
  await ann.page.getByText("The beginning of").waitFor();
  expect(mostWhileReading).toBeGreaterThan(50);
  expect(mostWhileReading).toBeLessThan(MOST_ROWS);
  // What the pages came in is garbage a moment later.
  await expect.poll(async () => (await heap(ann.page)) - heapBefore, { timeout: 6 * SOON_MS, interval: 500 }).toBeLessThan(READ_HEAP);
});

test("a drag of the scrollbar leads anywhere, under the name of its day", async () => {
  for (const part of [0.5, 0.1, 0.9]) {
    await scrollTo(part);
    await expect.poll(firstInSight, { timeout: SOON_MS }).toBeGreaterThan(0);
    expect(await rows()).toBeLessThan(MOST_ROWS);
    // What is above was measured, so that the place is about right.
    expect(Math.abs((await firstInSight()) / MESSAGES - part)).toBeLessThan(0.05);
    const name = await ann.page.evaluate(() => {
      const frame = document.querySelector(".timeline")?.getBoundingClientRect();
      const at = (element: Element) => element.getBoundingClientRect().top - (frame?.top ?? 0);
      return [...document.querySelectorAll(".day-name")].some((element) => at(element) >= 0 && at(element) < 40);
    });
    expect(name).toBe(true);
  }
});

interface Turned {
  /** How long each frame took, in ms, from the first that showed a movement. */
  frames: number[];
  perSecond: number;
  /** Frames with no message in sight. */
  blank: number;
  mostRows: number;
}

/** Turns the wheel upwards over what scrolls, and watches it until most of the way is done. */
async function turned(page: Page): Promise<Turned> {
  await page.mouse.move(600, 300);
  const watched = page.evaluate(async (way) => {
    const scroller = document.querySelector<HTMLElement>(".timeline");
    if (!scroller) throw new Error("there is no timeline");
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const [seen, start] = [{ frames: [] as number[], blank: 0, mostRows: 0 }, scroller.scrollTop];
    let before = await frame();
    while (scroller.scrollTop === start) before = await frame();
    while (scroller.scrollTop > start - way) {
      const at = await frame();
      seen.frames.push(at - before);
      before = at;
      const edges = scroller.getBoundingClientRect();
      const messages = [...scroller.querySelectorAll(".message")].map((message) => message.getBoundingClientRect());
      seen.mostRows = Math.max(seen.mostRows, messages.length);
      if (!messages.some(({ top, bottom }) => bottom > edges.top && top < edges.bottom)) seen.blank++;
    }
    return seen;
  }, TURN_PX * TURNS - 10 * TURN_PX);
  for (let turn = 0; turn < TURNS; turn++) await page.mouse.wheel(0, -TURN_PX);
  const seen = await watched;
  // The last turns run out before anything else begins.
  await page.evaluate(async (still) => {
    const scroller = document.querySelector<HTMLElement>(".timeline");
    for (let [same, before] = [0, -1]; scroller && same < still; same = scroller.scrollTop === before ? same + 1 : 0) {
      before = scroller.scrollTop;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }, STILL_FRAMES);
  return { ...seen, perSecond: (1000 * seen.frames.length) / seen.frames.reduce((sum, ms) => sum + ms, 0) };
}

/** The same over a page of the same size with nothing on it. */
async function turnedOverNothing(): Promise<Turned> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
  await page.setContent('<body style="margin:0"><div class="timeline" style="height:100vh;overflow:auto"><div style="height:500000px"></div></div>');
  await page.locator(".timeline").evaluate((element) => (element.scrollTop = 300_000));
  const nothing = await turned(page);
  await page.close();
  return nothing;
}

test("turned by the wheel it shows messages in every frame, on fewer than two hundred rows, nearly as smoothly as an empty page", async () => {
  let share = 0;
  for (let n = 0; n < TRIES && share < LEAST_SHARE; n++) {
    const nothing = await turnedOverNothing();
    await scrollTo(0.6);
    await expect.poll(firstInSight, { timeout: SOON_MS }).toBeGreaterThan(0);
    const room = await turned(ann.page);
    expect(room.blank).toBe(0);
    expect(room.mostRows).toBeLessThan(MOST_ROWS);
    share = Math.max(share, room.perSecond / nothing.perSecond);
    // How many there are says as much of the machine as of the page: only against an empty page they are asserted.
    const sorted = room.frames.toSorted((a, b) => a - b);
    const at = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(1);
    console.log(
      `${room.perSecond.toFixed(1)} frames a second, ${nothing.perSecond.toFixed(1)} on an empty page; ` +
        `${sorted.length} frames: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, the worst ${at(1)} ms; at most ${room.mostRows} rows`,
    );
  }
  expect(share).toBeGreaterThan(LEAST_SHARE);
});

test("in another width, where no height is known, what one reads stays, and moves as far as it is scrolled", async () => {
  await scrollTo(0.5);
  await expect.poll(firstInSight, { timeout: SOON_MS }).toBeGreaterThan(0);
  const message = ann.page.locator(`[data-seq="${await firstInSight()}"]`);
  let before = Number.NaN;
  // From the edge of the frame: the head of the room may be higher in the other width.
  const topOf = () => message.evaluate((element) => element.getBoundingClientRect().top - (document.querySelector(".timeline")?.getBoundingClientRect().top ?? 0));
  // What was scrolled to is drawn first, and measured: then it stands still.
  await expect.poll(async () => before === (before = await topOf())).toBe(true);
  await ann.page.setViewportSize({ width: 800, height: 760 });
  await expect.poll(() => ann.page.evaluate(() => innerWidth), { timeout: SOON_MS }).toBe(800);
  await expect.poll(async () => Math.abs((await topOf()) - before), { timeout: SOON_MS }).toBeLessThanOrEqual(ANCHOR_PX);
  const off = await ann.page.evaluate(async () => {
    const scroller = document.querySelector<HTMLElement>(".timeline");
    if (!scroller) throw new Error("there is no timeline");
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const edge = scroller.getBoundingClientRect().top;
    let worst = 0;
    for (let step = 0; step < 90; step++) {
      const seen = [...scroller.querySelectorAll<HTMLElement>("[data-key]")].find((row) => row.getBoundingClientRect().bottom > edge);
      if (!seen) throw new Error("nothing is in sight");
      const before = seen.getBoundingClientRect().top;
      scroller.scrollTop -= 100;
      await frame();
      worst = Math.max(worst, Math.abs(seen.getBoundingClientRect().top - before - 100));
    }
    return worst;
  });
  expect(off).toBeLessThanOrEqual(ANCHOR_PX);
  await ann.page.setViewportSize({ width: 1100, height: 760 });
});

test("the focus waits at the timeline while its message is away, goes back to it, and walks on by key", async () => {
  await scrollTo(0.4);
  await expect.poll(firstInSight, { timeout: SOON_MS }).toBeGreaterThan(0);
  const seq = (await firstInSight()) + 2;
  const focused = () => ann.page.evaluate(() => document.activeElement?.id || Number(document.activeElement?.closest("[data-seq]")?.getAttribute("data-seq")));
  const button = ann.page.locator(`[data-seq="${seq}"] [data-more]`);
  await button.focus();
  const place = await ann.page.locator(".timeline").evaluate((element) => element.scrollTop);
  await scrollTo(0.7);
  await expect.poll(focused, { timeout: SOON_MS }).toBe("messages");
  expect(await ann.page.locator('[data-more][tabindex="0"]').count()).toBe(1);
  await ann.page.locator(".timeline").evaluate((element, place) => (element.scrollTop = place), place);
  await expect.poll(focused, { timeout: SOON_MS }).toBe(seq);
  // Further than what is on the page, and not one is passed over.
  for (let i = 1; i <= 100; i++) await ann.page.keyboard.press("ArrowUp");
  await expect.poll(focused, { timeout: SOON_MS }).toBe(seq - 100);
  expect(await rows()).toBeLessThan(MOST_ROWS);
});

test("from its beginning to its end every message stands once, in order, and at the end the memory is given back", async () => {
  await scrollTo(0);
  const { texts, mostRows } = await walk(ann.page);
  expect(texts).toEqual(SAID.map(({ text }) => text));
  expect(mostRows).toBeLessThan(MOST_ROWS);
  await ann.page.locator(".jump").waitFor({ state: "detached" });
  // What is cut off, and what the walk has left, is garbage a moment later.
  await expect.poll(async () => (await heap(ann.page)) - heapBefore, { timeout: 6 * SOON_MS, interval: 500 }).toBeLessThan(KEPT_HEAP);
  await ann.leave();
}, READ_MS);
