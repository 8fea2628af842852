// Texts that want to be markup, in all the places besides messages and who wrote them: each is shown as it is.

import { createServer, type Server as Site } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, openDetails, row, setMember } from "./crew";
import { FeedsWorld, keys, openStream } from "./feeds-world";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
import { CORPUS } from "./xss-corpus";

/** Those that may stand in a line: such as change the direction of text the server refuses there. */
const LINES = CORPUS.filter((text) => !/[\u202a-\u202e\u2066-\u2069]/.test(text));
/** How many files a message may show. */
const FILES_A_MESSAGE = 10;

let browser: Browser;
let server: Server;
let site: Site;
let origin: string;

beforeAll(async () => {
  site = createServer((request, response) => {
    const text = LINES[Number(request.url?.slice(1))] ?? "";
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<title>${escaped}</title><meta name="description" content="${escaped}">`);
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

/** What no text may have become, wherever it stands on the page. */
async function isInert(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    elements: [...document.querySelectorAll("body script, body style, body link, body meta, #app noscript, base, iframe, object, embed, math, form[action], [srcdoc], img[src=x]")].map((e) => e.outerHTML),
    handlers: [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((name) => name.startsWith("on")),
    links: [...document.querySelectorAll<HTMLAnchorElement>("a")].map((a) => a.protocol).filter((protocol) => protocol !== "https:" && protocol !== "http:"),
    scripts: [...document.scripts].filter((script) => script.text !== "" || new URL(script.src).origin !== location.origin).length,
    pwned: "pwned" in window,
  }));
  expect(found).toEqual({ elements: [], handlers: [], links: [], scripts: 0, pwned: false });
}

/** Waits until these texts stand there, in any order. */
async function shows(page: Page, selector: string, texts: readonly string[]): Promise<void> {
  await expect.poll(async () => (await page.locator(selector).allTextContents()).sort(), { timeout: SOON_MS }).toEqual([...texts].sort());
}

test("names of rooms and topics: in the list, the head, the title and the panel", async () => {
  const ids: string[] = [];
  for (const text of LINES) {
    const id = await makeRoom(server, "owner", { name: text, topic: text, type: "private" });
    await setMember(server, "owner", id, "ann", "member");
    ids.push(id);
  }
  const ann = await Person.enter(browser, server, "Ann");
  await shows(ann.page, ".room-row-name", LINES);
  for (const [i, id] of ids.entries()) {
    const text = LINES[i] ?? "";
    await row(ann, id).click();
    await expect.poll(async () => (await ann.page.locator(".room-head-text").textContent())?.split(text).length).toBe(3); // as its name, and as its topic
    await expect.poll(() => ann.page.title()).toContain(text);
  }
  await isInert(ann.page);
  const panel = await openDetails(ann);
  await panel.locator("dd", { hasText: LINES.at(-1) ?? "" }).first().waitFor();
  await isInert(ann.page);
  await ann.leave();
});

test("names of people: in the members, and in what is found", async () => {
  const room = await makeRoom(server, "owner", { name: "people", type: "private" });
  await setMember(server, "owner", room, "ann", "member");
  for (const [i, text] of LINES.entries()) {
    await setMember(server, "owner", room, `person-${i}`, "member");
    await server.post(room, `found ${i}`, server.token(`person-${i}`, text));
  }
  const ann = await Person.enter(browser, server, "Ann", { room });
  const panel = await openDetails(ann, "Members");
  const members = panel.locator(".pick-name");
  await expect.poll(async () => {
    const there = await members.allTextContents();
    return LINES.filter((text) => !there.includes(text));
  }, { timeout: SOON_MS }).toEqual([]);
  await isInert(ann.page);
  await ann.page.keyboard.press("Escape");
  await ann.page.getByRole("textbox", { name: "Search messages" }).fill("found");
  await expect.poll(() => ann.page.locator(".search-result-author").count(), { timeout: SOON_MS }).toBeGreaterThan(10);
  for (const name of await ann.page.locator(".search-result-author").allTextContents()) expect(LINES).toContain(name);
  await isInert(ann.page);
  await ann.leave();
});

test("what pages say of themselves: titles and descriptions of their previews", async () => {
  for (const i of LINES.keys()) await server.post("links", `${origin}/${i}`);
  const ann = await Person.enter(browser, server, "Ann", { room: "links" });
  // A card is asked for when its message is on the page, which holds all of these.
  await shows(ann.page, ".link-title", LINES);
  await shows(ann.page, ".link-description", LINES);
  await isInert(ann.page);
  await ann.leave();
});

test("names of files, also such as this server would not have taken: in the messages, the panel and the tray", async () => {
  const ids: string[] = [];
  for (const i of CORPUS.keys()) ids.push(await server.upload("files", `file-${i}-.txt`, `file ${i}`, server.token("bob", "Bob")));
  for (let i = 0; i < ids.length; i += FILES_A_MESSAGE) {
    await server.ask("bob", "POST", "rooms/files/messages", { text: `files ${i}`, attachments: ids.slice(i, i + FILES_A_MESSAGE) }, "Bob");
  }
  /** The server takes out of names what no system saves; other programs write to the log as well. */
  const rename = (text: string) => text.replace(/"file-(\d+)-\.txt"/g, (_, i: string) => JSON.stringify(CORPUS[Number(i)]));
  const ann = await Person.enter(browser, server, "Ann", {
    room: "files",
    before: async (page) => {
      await page.routeWebSocket(/\/socket\.io\//, (socket) => {
        const toServer = socket.connectToServer();
        toServer.onMessage((message) => socket.send(typeof message === "string" ? rename(message) : message));
      });
      await page.route(/\/api\/rooms\/files\/(messages|files)(\?|$)/, async (route) => {
        if (route.request().method() !== "GET") return; // stored, a file has the name that the server gave it
        const response = await route.fetch();
        return route.fulfill({ response, body: rename(await response.text()) });
      });
    },
  });
  await shows(ann.page, ".attachment-name", CORPUS);
  await isInert(ann.page);
  const panel = await openDetails(ann, "Files");
  await shows(ann.page, ".file-words .card-author", CORPUS);
  await isInert(ann.page);
  await ann.page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  const chosen = LINES.filter((text) => !/[/\\]/.test(text)).slice(0, 5);
  await ann.page.locator("#attach").setInputFiles(chosen.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from("x") })));
  await shows(ann.page, ".tray-name", chosen);
  await isInert(ann.page);
  await ann.leave();
});

test("notifications hold texts as they are", async () => {
  const author = LINES[1] ?? "";
  const name = LINES[0] ?? "";
  const room = await makeRoom(server, "owner", { name, type: "private" });
  for (const who of ["ann", "mallory"]) await setMember(server, "owner", room, who, "member");
  const ann = await Person.enter(browser, server, "Ann", {
    room: "calm",
    before: async (page) => {
      await page.context().grantPermissions(["notifications"], { origin: server.url });
      await page.addInitScript(() => {
        const told: string[][] = [];
        Object.assign(window, { told });
        window.Notification = new Proxy(window.Notification, {
          construct(target, [title, options]: [string, NotificationOptions]) {
            told.push([title, options.body ?? ""]);
            return new target(title, options);
          },
        });
      });
    },
  });
  await ann.connected();
  const texts = LINES.slice(0, 5).map((text) => `@ann ${text}`);
  for (const text of texts) await server.post(room, text, server.token("mallory", author));
  const told = () => ann.page.evaluate(() => (window as unknown as { told: string[][] }).told);
  await expect.poll(async () => (await told()).map(([, body]) => body), { timeout: SOON_MS }).toEqual(texts);
  for (const [title] of await told()) {
    expect(title).toContain(author);
    expect(title).toContain(name);
  }
  await row(ann, room).getByText(`${author}: ${texts.at(-1)}`).waitFor();
  await isInert(ann.page);
  await ann.leave();
});

test("documents of feeds: their keys, their line and the whole of them", async () => {
  const world = await FeedsWorld.start();
  try {
    await world.declare("posts/all", { stages: [] });
    const ada = await world.visit(browser, "posts/all");
    await openStream(ada.page);
    const posts = world.database.collection<{ _id: string }>("posts");
    for (const text of CORPUS) await posts.insertOne({ _id: text, text, nested: { list: [text] } } as { _id: string });
    await expect.poll(() => keys(ada.page), { timeout: SOON_MS }).toEqual([...CORPUS].reverse());
    await isInert(ada.page);
    for (const text of CORPUS) {
      await ada.page.locator(".feed-event").nth(CORPUS.length - 1 - CORPUS.indexOf(text)).press("Enter");
      const body = ada.page.locator(".feed-body pre");
      expect(JSON.parse((await body.textContent()) ?? "")).toMatchObject({ documentKey: { _id: text }, fullDocument: { text, nested: { list: [text] } } });
      if (CORPUS.indexOf(text) % 8 === 0) await isInert(ada.page);
      await ada.page.locator(".feed-event[aria-expanded=true]").press("Enter");
      await body.waitFor({ state: "detached" });
    }
    await isInert(ada.page);
    await ada.leave();
  } finally {
    await world.remove();
  }
});
