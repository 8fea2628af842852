// Who goes through a hundred rooms keeps neither their messages nor their elements.

import type { Browser, CDPSession } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archiveOf, type Said } from "./archive";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

const ROOMS = 100;
/** Rooms opened before the first look: as many as the page keeps the messages of. */
const KEPT = 10;
/** A page of history, and texts long enough to be seen in the heap. */
const MESSAGES = 50;
const TEXT = "what was said in this room, and is not to stay in memory when one has left it ".repeat(5);

/** What a room may leave behind, in bytes of heap: its name, its row in the list, its place in the log are 5 kB, with its messages it is 32 kB. */
const ROOM_HEAP = 15_000;
/** What may stay of elements besides, all rooms together: a room's last timeline, until the next collection. */
const SPARE_NODES = 3_000;
const SPARE_LISTENERS = 40;

const nameOf = (i: number) => `room${String(i).padStart(3, "0")}`;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  const said = (i: number): Said[] => Array.from({ length: MESSAGES }, (_, n) => ({ author: "Bo", text: `${nameOf(i)} ${n} ${TEXT}`, at: Date.now() - (ROOMS * MESSAGES - i * MESSAGES - n) * 1000 }));
  const rooms = Object.fromEntries(Array.from({ length: ROOMS }, (_, i) => [nameOf(i), said(i)]));
  [browser, server] = await Promise.all([startBrowser(), Server.holding(archiveOf(rooms))]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

interface Kept {
  heap: number; // bytes
  nodes: number;
  listeners: number;
  detached: number; // nodes that are in no page
}

async function look(ann: Person, session: CDPSession): Promise<Kept> {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  const attached = await ann.page.evaluate(() => {
    const walker = document.createTreeWalker(document);
    let count = 1;
    while (walker.nextNode()) count++;
    return count;
  });
  return { heap: usedSize, nodes, listeners: jsEventListeners, detached: nodes - attached };
}

/** Opens rooms one after the other, without loading the page anew, each until its newest message is there. */
function openAll(ann: Person, from: number, to: number): Promise<void> {
  return ann.page.evaluate(
    async ({ names, last, within }) => {
      for (const name of names) {
        history.pushState(null, "", `/rooms/${name}`);
        dispatchEvent(new PopStateEvent("popstate"));
        const deadline = performance.now() + within;
        const isThere = () => [...document.querySelectorAll(".bubble-text")].at(-1)?.textContent?.startsWith(`${name} ${last} `) === true;
        while (!isThere()) {
          if (performance.now() > deadline) throw new Error(`${name} was not opened within ${within} ms`);
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      }
    },
    { names: Array.from({ length: to - from }, (_, i) => nameOf(from + i)), last: MESSAGES - 1, within: SOON_MS },
  );
}

test("after a hundred rooms the page keeps little more than after ten, and after the same ones again nothing more", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: nameOf(0) });
  const session = await ann.page.context().newCDPSession(ann.page);
  await ann.page.locator("[data-room]").nth(ROOMS - 1).waitFor();
  await openAll(ann, 0, KEPT);
  const few = await look(ann, session);
  const most: Kept = { heap: (ROOMS - KEPT) * ROOM_HEAP, nodes: SPARE_NODES, detached: SPARE_NODES, listeners: SPARE_LISTENERS };
  /** What there is too much of, with how much more that is than at the first look. */
  const tooMuch = async () => {
    const now = await look(ann, session);
    return (["heap", "nodes", "detached", "listeners"] as const).filter((what) => now[what] - few[what] >= most[what]).map((what) => `${what}: ${now[what] - few[what]}`);
  };
  // What is not needed any more may be garbage a moment later only.
  const keepsLittle = () => expect.poll(tooMuch, { timeout: 3 * SOON_MS, interval: 500 }).toEqual([]);
  await openAll(ann, KEPT, ROOMS);
  await keepsLittle();
  await openAll(ann, 0, ROOMS / 2);
  await keepsLittle();
  await ann.leave();
});
