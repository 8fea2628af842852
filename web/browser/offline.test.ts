// Somebody loses the connection and comes back.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { connect } from "../client/src/index.js";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
import { walk } from "./walk";
import { restoreAtRejoin } from "./wire";

/** Gaps shorter than this are not mentioned, in ms. */
const QUIET_GAP_MS = 2_000;
/** How often a short gap is tried. */
const TRIES = 5;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const numbered = (what: string, n: number) => Array.from({ length: n }, (_, i) => `${what} ${i}`);

async function logTexts(room: string): Promise<string[]> {
  return (await server.log(room)).map((message) => message.text);
}

test("what was said while one was offline is there afterwards, exactly, and what one wrote is sent once", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "tunnel" });
  const bo = await Person.enter(browser, server, "Bo", { room: "tunnel" });
  await ann.say("before");
  await bo.bubble("before").waitFor();
  await bo.context.setOffline(true);
  await bo.connected(false);
  for (const text of numbered("missed", 10)) await ann.say(text);
  await bo.say("typed in the tunnel");
  await bo.say("and this");
  await expect.poll(() => server.log("tunnel"), { timeout: SOON_MS }).toHaveLength(11);
  expect(await bo.page.locator('[data-state="sending"]').count()).toBe(2);
  await bo.context.setOffline(false);
  await bo.connected();
  await expect.poll(() => server.log("tunnel"), { timeout: SOON_MS }).toHaveLength(13);
  const log = await logTexts("tunnel");
  expect(log.slice(11)).toEqual(["typed in the tunnel", "and this"]);
  await bo.sees(log);
  await ann.sees(log);
  await ann.leave();
  await bo.leave();
});

/** What one sees of each message: its text and its reactions, what stands beside them, and whether it is a tombstone. */
const shownOf = (person: Person) =>
  person.page.locator(".message").evaluateAll((messages) =>
    messages.map((message) => ({
      seq: message.getAttribute("data-seq"),
      text: message.querySelector(".bubble-text")?.textContent,
      isDeleted: message.querySelector(".bubble-deleted") !== null,
      isEdited: message.querySelector(".bubble-edited") !== null,
      reactions: [...message.querySelectorAll(".reaction")].map((one) => [one.textContent, one.getAttribute("aria-pressed")]),
      hasMenu: message.querySelector("[data-more]") !== null,
    })),
  );

test("what was edited, deleted and reacted to while one was offline is afterwards as whoever comes fresh sees it", async () => {
  const cleo = connect(server.url, { token: server.token("cleo", "Cleo") });
  onTestFinished(() => cleo.close());
  const room = cleo.room("changed");
  for (const text of ["to be edited", "to be deleted", "to be liked"]) await room.send(text);
  const bo = await Person.enter(browser, server, "Bo", { room: "changed" });
  await bo.sees(["to be edited", "to be deleted", "to be liked"]);
  const before = await shownOf(bo);
  await bo.context.setOffline(true);
  await bo.connected(false);
  await room.edit(1, "edited, and **so**");
  await room.remove(2);
  await room.react(3, "🎉");
  expect(await shownOf(bo)).toEqual(before); // he is told of nothing
  await bo.context.setOffline(false);
  await bo.connected();
  const ann = await Person.enter(browser, server, "Ann", { room: "changed" });
  const after = [
    { seq: "1", text: "edited, and so", isDeleted: false, isEdited: true, reactions: [], hasMenu: true },
    { seq: "2", text: "This message was deleted.", isDeleted: true, isEdited: false, reactions: [], hasMenu: false },
    { seq: "3", text: "to be liked", isDeleted: false, isEdited: false, reactions: [["🎉 1", "false"]], hasMenu: true },
  ];
  for (const person of [ann, bo]) await expect.poll(() => shownOf(person), { timeout: SOON_MS }).toEqual(after);
  // To the letter; an attribute that was taken away is left empty where it was.
  const bubbles = (person: Person) => person.page.locator(".bubble").evaluateAll((all) => all.map(({ outerHTML }) => outerHTML.replaceAll(' dir=""', "")));
  expect(await bubbles(bo)).toEqual(await bubbles(ann));
  await ann.leave();
  await bo.leave();
});

/** While localStorage has "tunnel" the page itself still comes, as it does from a cache; no new connection does. */
async function digTunnel(page: Page): Promise<void> {
  await page.route("**/tunnel", (route) => route.abort());
  await page.addInitScript(() => {
    const isIn = () => localStorage.getItem("tunnel") !== null;
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(isIn() ? String(url).replace("/socket.io/", "/tunnel/") : url, protocols);
      }
    };
    const open = XMLHttpRequest.prototype.open;
    XMLHttpRequest.prototype.open = function (this: XMLHttpRequest, method: string, url: string | URL) {
      open.call(this, method, isIn() ? "/tunnel" : url, true);
    };
  });
}

test("what one typed while offline is still there after a reload, still offline, and is sent once, in order", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "reload", before: digTunnel });
  await ann.say("before");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  await ann.page.evaluate(() => localStorage.setItem("tunnel", "yes"));
  await server.kill();
  await ann.connected(false);
  await ann.say("typed in the tunnel");
  await ann.say("and this");
  const waiting = ann.page.locator('[data-state="sending"] .bubble-text');
  await expect.poll(() => waiting.allTextContents(), { timeout: SOON_MS }).toEqual(["typed in the tunnel", "and this"]);
  await server.start();
  await ann.page.reload();
  await expect.poll(() => waiting.allTextContents(), { timeout: SOON_MS }).toEqual(["typed in the tunnel", "and this"]);
  await ann.connected(false);
  expect(await logTexts("reload")).toEqual(["before"]);
  await ann.page.evaluate(() => {
    localStorage.removeItem("tunnel");
    window.dispatchEvent(new Event("online"));
  });
  await ann.connected();
  await expect.poll(() => logTexts("reload"), { timeout: SOON_MS }).toEqual(["before", "typed in the tunnel", "and this"]);
  await ann.sees(["before", "typed in the tunnel", "and this"]);
  await ann.leave();
});

test("more than a page was missed: the rest is fetched until the list is the log", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "long" });
  await server.post("long", "before");
  await ann.bubble("before").waitFor();
  await ann.context.setOffline(true);
  await ann.connected(false);
  await server.postAll("long", numbered("missed", 450));
  await ann.context.setOffline(false);
  await ann.connected();
  await server.post("long", "after");
  await ann.bubble("after").waitFor();
  const log = await logTexts("long");
  // The page keeps the newest ones while it follows; what it has must be the log's end, without a hole.
  const { texts } = await walk(ann.page);
  expect(texts.length).toBeGreaterThanOrEqual(200);
  expect(texts).toEqual(log.slice(-texts.length));
  await ann.leave();
});

test("the server is killed and comes back: nothing is lost, nothing doubled", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "crash" });
  const bo = await Person.enter(browser, server, "Bo", { room: "crash" });
  await ann.say("before");
  await bo.bubble("before").waitFor();
  await server.kill();
  await ann.connected(false);
  for (const text of numbered("while it was down", 5)) await ann.say(text);
  await server.start();
  await ann.connected();
  await bo.connected();
  await expect.poll(() => server.log("crash"), { timeout: 3 * SOON_MS }).toHaveLength(6);
  const log = ["before", ...numbered("while it was down", 5)];
  expect(await logTexts("crash")).toEqual(log);
  await ann.sees(log);
  await bo.sees(log);
  await ann.leave();
  await bo.leave();
});

test("a gap under two seconds is not mentioned", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "blink" });
  await ann.connected();
  await ann.page.evaluate(() => {
    Object.assign(window, { sawBanner: false });
    new MutationObserver(() => {
      if (document.querySelector("[data-testid=connection-banner]")) Object.assign(window, { sawBanner: true });
    }).observe(document.body, { subtree: true, childList: true });
  });
  // On a busy machine a gap may turn out longer than it was meant to be: that one does not count.
  let gap = Number.POSITIVE_INFINITY;
  for (let n = 0; n < TRIES && gap >= QUIET_GAP_MS; n++) {
    await ann.page.evaluate(() => Object.assign(window, { sawBanner: false }));
    const start = performance.now();
    await ann.context.setOffline(true);
    await ann.connected(false);
    await ann.context.setOffline(false);
    await ann.connected();
    gap = performance.now() - start;
  }
  expect(gap).toBeLessThan(QUIET_GAP_MS);
  expect(await ann.page.evaluate(() => (window as unknown as { sawBanner: boolean }).sawBanner)).toBe(false);
  await ann.leave();
});

test("a longer one is, with the seconds to the next attempt and a way to try at once", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "banner", before: digTunnel });
  await ann.connected();
  // The page notes the times itself: a busy machine would have us look too late.
  await ann.page.evaluate(() => {
    const seen = { lost: 0, banner: 0 };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (document.querySelector(".me-state")?.textContent === "Not connected") seen.lost ||= performance.now();
      if (document.querySelector("[data-testid=connection-banner]")) seen.banner ||= performance.now();
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await server.stop();
  await ann.banner.waitFor();
  const { lost, banner } = await ann.page.evaluate(() => (window as unknown as { seen: { lost: number; banner: number } }).seen);
  expect(lost).toBeGreaterThan(0);
  // Timers and the two observations are some ms apart.
  expect(banner - lost).toBeGreaterThan(QUIET_GAP_MS - 100);
  // The server is back, but the page does not get there before the button is pressed: by itself it would not try for seconds yet.
  await ann.page.evaluate(() => localStorage.setItem("tunnel", "yes"));
  await server.start();
  const pressed = () =>
    ann.page.evaluate(async () => {
      const banner = document.querySelector("[data-testid=connection-banner]");
      const button = [...(banner?.querySelectorAll("button") ?? [])].find((one) => one.textContent === "Retry now");
      if (!button || button.disabled || !/Reconnecting in ([4-9]|1\d) s/.test(banner?.textContent ?? "")) return undefined;
      localStorage.removeItem("tunnel");
      button.click();
      await new Promise((resolve) => setTimeout(resolve));
      return document.querySelector("[data-testid=connection-banner]")?.textContent?.includes("Reconnecting in") ?? false;
    });
  let stillCounts: boolean | undefined;
  await expect.poll(async () => (stillCounts = await pressed()), { timeout: 3 * SOON_MS }).toBeDefined();
  expect(stillCounts).toBe(false);
  await ann.connected();
  await ann.banner.waitFor({ state: "detached" });
  await ann.say("back");
  await expect.poll(() => server.log("banner"), { timeout: SOON_MS }).toHaveLength(1);
  await ann.leave();
});

test("a reset drops what was there, loads the room anew and says so", async () => {
  await server.postAll("restored", numbered("old", 30));
  const ann = await Person.enter(browser, server, "Ann", { room: "restored", before: (page) => restoreAtRejoin(page, "restored") });
  await ann.bubble("old 0").waitFor({ state: "attached" });
  await ann.context.setOffline(true);
  await ann.connected(false);
  await ann.context.setOffline(false);
  await ann.page.getByTestId("reset-notice").waitFor();
  await ann.sees(await logTexts("restored"));
  await ann.page.getByRole("button", { name: "OK" }).click();
  await ann.page.getByTestId("reset-notice").waitFor({ state: "detached" });
  await server.post("restored", "goes on");
  await ann.bubble("goes on").waitFor();
  await ann.leave();
});
