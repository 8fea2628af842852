// What links lead to: fetched by the server, shown as text, taken away by whoever wrote the message.

import { createServer, type Server as Site } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

/** How far the message one reads may move when a card comes above it, in CSS pixels. */
const ANCHOR_PX = 1;
const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;

let browser: Browser;
let server: Server;
let site: Site;
let origin: string;

beforeAll(async () => {
  site = createServer((request, response) => {
    const escaped = HOSTILE.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
    const page = `<title>${request.url === "/hostile" ? escaped : "The tea house"}</title><meta name="description" content="Leaves from everywhere, ${"and pots, ".repeat(60)}">`;
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(page);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  [browser, server] = await Promise.all([startBrowser(), Server.start("-link-previews=true", "-link-previews-allow-private=true")]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
  site.closeAllConnections();
  await new Promise((resolve) => site.close(resolve));
});

const enter = (name: string, room: string) => Person.enter(browser, server, name, { room });
const cards = (person: Person) => person.page.locator(".link-card");

test("a preview: seen by all, fetched by no page, and taken away by its author for all", async () => {
  const [ann, bo] = await Promise.all([enter("Ann", "tea"), enter("Bo", "tea")]);
  const strayed: string[] = [];
  for (const person of [ann, bo]) person.page.on("request", (request) => request.url().startsWith(origin) && strayed.push(request.url()));
  await ann.say(`here: ${origin}/tea`);
  for (const person of [ann, bo]) {
    const link = cards(person).getByRole("link", { name: "The tea house" });
    await link.waitFor();
    expect(await link.getAttribute("href")).toBe(`${origin}/tea`);
    expect(await link.getAttribute("rel")).toContain("noreferrer");
  }
  expect(await bo.page.getByRole("button", { name: "Remove the preview" }).count()).toBe(0);
  await ann.page.getByRole("button", { name: "Remove the preview" }).click();
  for (const person of [ann, bo]) {
    await cards(person).waitFor({ state: "detached" });
    await person.page.locator(".bubble-edited").waitFor();
    await person.sees([`here: ${origin}/tea`]); // the brackets are not shown
  }
  expect((await server.log("tea")).map(({ text }) => text)).toEqual([`here: <${origin}/tea>`]);
  expect(strayed).toEqual([]);
  await ann.leave();
  await bo.leave();
});

test("what a page says of itself is text, and previews can be hidden on a device", async () => {
  await server.post("hostile", `${origin}/hostile`);
  const ann = await enter("Ann", "hostile");
  await expect.poll(() => cards(ann).locator(".link-title").allTextContents(), { timeout: SOON_MS }).toEqual([HOSTILE]);
  await ann.page.getByRole("button", { name: /^Ann/ }).click();
  await ann.page.getByRole("switch", { name: /Show previews of links/ }).click();
  await cards(ann).waitFor({ state: "detached" });
  const asked: string[] = [];
  ann.page.on("request", (request) => request.url().includes("/previews?") && asked.push(request.url()));
  await ann.page.reload();
  await ann.loaded();
  await ann.sees([`${origin}/hostile`]);
  // Where they are not hidden the card of what is said now is there, and here nobody has asked for one.
  const bo = await enter("Bo", "hostile");
  await server.post("hostile", `${origin}/tea`);
  await ann.sees([`${origin}/hostile`, `${origin}/tea`]);
  await cards(bo).getByRole("link", { name: "The tea house" }).waitFor();
  expect([asked, await cards(ann).count()]).toEqual([[], 0]);
  await ann.page.getByRole("button", { name: /^Ann/ }).click();
  await ann.page.getByRole("switch", { name: /Show previews of links/ }).click();
  await cards(ann).getByRole("link", { name: "The tea house" }).waitFor();
  expect(asked).not.toEqual([]); // it would have been seen
  await ann.leave();
  await bo.leave();
});

test("a preview that comes late does not move what one reads", async () => {
  const texts = Array.from({ length: 40 }, (_, i) => (i === 20 ? `look: ${origin}/tea` : `message ${i}`));
  await server.postAll("late", texts);
  // It comes when one asks for it: so nothing depends on how long anything takes.
  const ann = await Person.enter(browser, server, "Ann", { room: "late", before: (page) => page.addInitScript(() => localStorage.setItem("roomstream.previews", "off")) });
  // The link stands just above what is in sight.
  const key = await ann.page.evaluate(() => {
    const scroller = document.querySelector(".timeline") as HTMLElement;
    const read = scroller.querySelector('[data-seq="23"]') as HTMLElement;
    scroller.scrollTop += read.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 4;
    return read.dataset["key"] ?? "";
  });
  const top = () => ann.page.evaluate((wanted) => document.querySelector(`[data-key="${CSS.escape(wanted)}"]`)?.getBoundingClientRect().top ?? Number.NaN, key);
  await ann.page.getByRole("button", { name: "Jump to present" }).waitFor(); // the place is taken
  const before = await top();
  // Measured where the page has put right what it does, just before it is painted: observers are called in the order they were made in.
  const moved = ann.page.evaluate(async (wanted) => {
    const row = () => document.querySelector(`[data-key="${CSS.escape(wanted)}"]`)?.getBoundingClientRect().top ?? Number.NaN;
    const start = row();
    let most = 0;
    const content = document.querySelector(".timeline-content") as HTMLElement;
    const heightBefore = content.offsetHeight;
    await new Promise<void>((resolve) => {
      const observer = new ResizeObserver(() => {
        most = Math.max(most, Math.abs(row() - start));
        if (!document.querySelector(".link-card") || content.offsetHeight === heightBefore) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(content);
    });
    return most;
  }, key);
  await ann.page.getByRole("button", { name: /^Ann/ }).click();
  await ann.page.getByRole("switch", { name: /Show previews of links/ }).click();
  expect(await moved).toBeLessThanOrEqual(ANCHOR_PX);
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(ANCHOR_PX);
  await ann.leave();
});
