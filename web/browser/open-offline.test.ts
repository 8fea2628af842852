// Where there is no server: the page opens all the same, and shows the newest messages of each room as they were kept.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../client/src/index.js";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { setClockOff } from "./clock";
import { Front } from "./front";
import { kept } from "./kept";
import { Person } from "./person";
import { Server } from "./server";
import { walk } from "./walk";

let browser: Browser;
let server: Server;
const bob = () => server.token("bob", "Bob");

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

/** A private room of Bob's and somebody's. */
async function roomOf(id: string, user: string, texts: string[]): Promise<void> {
  await server.ask("bob", "POST", "rooms", { id, name: id, type: "private" }, "Bob");
  await server.ask("bob", "PUT", `rooms/${id}/members/${user}`, { role: "member" });
  if (texts.length > 0) await server.postAll(id, texts, bob());
}

/** Which caches of builds there are of a worker that serves the page and is not being changed; none: there is none such. */
const cachesOf = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const worker = await navigator.serviceWorker.getRegistration("/");
    const isSettled = worker?.active?.state === "activated" && !worker.installing && !worker.waiting && navigator.serviceWorker.controller !== null;
    return isSettled ? (await caches.keys()).filter((name) => name.startsWith("roomstream ")) : [];
  });

const BUILT = /^roomstream [0-9a-f]{16}$/;

/** Waits until a worker serves the page that has kept all of a build. */
const served = (page: Page) => expect.poll(async () => (await cachesOf(page)).filter((name) => BUILT.test(name)).length).toBe(1);

/** The texts of a room as the server has them. */
const textsOf = async (id: string) => ((await server.ask("bob", "GET", `rooms/${id}/messages`))["messages"] as { text: string }[]).map(({ text }) => text);

test("without a server the page opens and shows the last 50 messages of each room; what is written is sent later", async () => {
  await roomOf("long", "ann", Array.from({ length: 60 }, (_, i) => `message ${i + 1}`));
  await roomOf("aside", "ann", ["first", "second"]);
  const ann = await Person.enter(browser, server, "Ann", { room: "long", worker: true, before: (page) => page.addInitScript(AXE) });
  const { page } = ann;
  await served(page);
  const newest = await textsOf("long"); // a page of 50
  expect(newest.length).toBe(50);
  await expect.poll(() => kept(page)).toEqual({ long: newest, aside: ["first", "second"] });
  // What happens in a room that was never opened is kept as it is by now.
  const { seq } = await server.post("aside", "a slip", bob());
  await server.post("aside", "third", bob());
  await server.ask("bob", "DELETE", `rooms/aside/messages/${seq}`);
  await expect.poll(async () => (await kept(page))["aside"]).toEqual(["first", "second", "", "third"]);

  await server.kill();
  await page.reload();
  await page.getByText("You are offline.").waitFor();
  await ann.bubble(newest.at(-1) ?? "").waitFor();
  expect(await page.locator(".offline-note").textContent()).toMatch(/as of \w+day/);
  await page.locator("[data-room=aside]").click();
  await page.getByLabel("Message aside").waitFor();
  await ann.bubble("third").waitFor();
  await page.getByText("You are offline.").waitFor();
  expect(await ann.bubble("a slip").count()).toBe(0);
  await ann.say("written offline");
  await ann.bubble("written offline").waitFor();
  expect(await faultsOf(page)).toEqual([]);

  await server.start();
  await page.getByText("You are offline.").waitFor({ state: "detached" });
  await expect.poll(() => textsOf("aside")).toContain("written offline");
  await expect.poll(async () => (await kept(page))["aside"]).toEqual(["first", "second", "", "third", "written offline"]);
  await ann.leave();
});

/** What the menu of a message offers: its actions, and how many reactions. */
async function offeredFor(person: Person, text: string): Promise<{ actions: string[]; reactions: number }> {
  const menu = await person.openMenu(text);
  const actions = (await menu.getByRole("menuitem").allTextContents()).filter((label) => label !== ""); // one more reaction is a picture
  const offered = { actions, reactions: await menu.getByRole("menuitemcheckbox").count() };
  await person.page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  return offered;
}

test("what was kept is only read: all 50 are there, and none is edited, deleted, pinned or reacted to before the log is", async () => {
  await roomOf("shelf", "fay", Array.from({ length: 60 }, (_, i) => `leaf ${i + 1}`));
  await server.ask("bob", "PUT", "rooms/shelf/members/fay", { role: "moderator" }); // who may do all that
  const { seq } = await server.post("shelf", "fay's own", server.token("fay", "Fay"));
  await server.post("shelf", "bob's last", bob());
  const friend = connect(server.url, { token: bob() });
  await friend.room("shelf").react(seq, "🎉");
  friend.close();
  const fay = await Person.enter(browser, server, "Fay", { room: "shelf", worker: true });
  const { page } = fay;
  await served(page);
  const newest = await textsOf("shelf");
  expect(newest.length).toBe(50);
  await expect.poll(() => kept(page)).toEqual({ shelf: newest });
  const reaction = fay.bubble("fay's own").locator(".reaction");
  const isOffered = async () => {
    expect(await offeredFor(fay, "fay's own")).toEqual({ actions: ["Reply", "Open thread", "Copy text", "Copy link", "Who reacted", "Pin", "Edit", "Delete"], reactions: 6 });
    expect(await offeredFor(fay, "bob's last")).toEqual({ actions: ["Reply", "Open thread", "Copy text", "Copy link", "Pin", "Report…", "Delete"], reactions: 6 });
    expect(await reaction.isEnabled()).toBe(true);
  };
  await reaction.waitFor();
  await isOffered();

  await server.kill();
  await page.reload();
  await page.getByText("You are offline.").waitFor();
  await fay.bubble("bob's last").waitFor();
  expect((await walk(page)).texts).toEqual(newest);
  expect(await offeredFor(fay, "fay's own")).toEqual({ actions: ["Reply", "Open thread", "Copy text", "Copy link", "Who reacted"], reactions: 0 });
  expect(await offeredFor(fay, "bob's last")).toEqual({ actions: ["Reply", "Open thread", "Copy text", "Copy link", "Report…"], reactions: 0 });
  expect(await reaction.isDisabled()).toBe(true);
  await fay.field.press("ArrowUp"); // which edits the last of one's own
  await page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
  expect(await fay.editField.count()).toBe(0);

  await server.start();
  await page.getByText("You are offline.").waitFor({ state: "detached" });
  await fay.bubble("bob's last").waitFor();
  await fay.connected();
  await isOffered();
  await fay.leave();
});

test("an edit that was begun is not saved over what was kept, and is there to be saved when the log is", async () => {
  await roomOf("slate", "gil", []);
  await server.post("slate", "first try", server.token("gil", "Gil"));
  const gil = await Person.enter(browser, server, "Gil", { room: "slate", worker: true });
  const { page } = gil;
  await served(page);
  await expect.poll(() => kept(page)).toEqual({ slate: ["first try"] });
  await (await gil.openMenu("first try")).getByRole("menuitem", { name: "Edit" }).click();
  await gil.editField.fill("second try");
  await server.kill();
  await page.reload();
  await page.getByText("You are offline.").waitFor();
  await expect.poll(() => gil.editField.inputValue()).toBe("second try");
  await gil.editField.press("Enter");
  await page.locator("#composer-edit-limit", { hasText: "The server cannot be reached" }).waitFor();
  expect(await gil.editField.inputValue()).toBe("second try");
  for (const key of ["Home", "ArrowRight", "Shift+ArrowRight"]) await page.keyboard.press(key);
  await server.start();
  await page.getByText("You are offline.").waitFor({ state: "detached" });
  await gil.connected();
  expect(await textsOf("slate")).toEqual(["first try"]); // it did not wait in the outbox
  // Who was typing goes on where he was.
  await expect.poll(() => gil.editField.evaluate((field: HTMLTextAreaElement) => [field === document.activeElement, field.selectionStart, field.selectionEnd])).toEqual([true, 1, 2]);
  await page.keyboard.type("E");
  await page.keyboard.press("Enter");
  await gil.sees(["sEcond try"]);
  await gil.leave();
});

test("nothing is kept of rooms one is out of, and nothing of who has signed out", async () => {
  for (const id of ["one", "two", "three"]) await roomOf(id, "cleo", [`said in ${id}`]);
  const cleo = await Person.enter(browser, server, "Cleo", { room: "one", worker: true });
  const { page } = cleo;
  await expect.poll(async () => Object.keys(await kept(page)).sort()).toEqual(["one", "three", "two"]);
  await server.ask("bob", "DELETE", "rooms/two/members/cleo");
  await expect.poll(async () => Object.keys(await kept(page)).sort()).toEqual(["one", "three"]);
  await page.goto(`${server.url}/docs/api`);
  await server.ask("bob", "DELETE", "rooms/three/members/cleo"); // while she is away
  await page.goto(`${server.url}/rooms/one`);
  await expect.poll(async () => Object.keys(await kept(page))).toEqual(["one"]);
  await page.locator(".me").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: /roomstream/i }).first().waitFor();
  await expect.poll(() => kept(page)).toEqual({});
  await cleo.leave();
});

test("who is signed in no more by the clock of the device sees nothing that is kept, and is in all the same once the server says so", async () => {
  await roomOf("vault", "eve", ["for eve alone"]);
  const eve = await Person.enter(browser, server, "Eve", { room: "vault", worker: true });
  const { page } = eve;
  await served(page);
  await expect.poll(() => kept(page)).toEqual({ vault: ["for eve alone"] });
  await setClockOff(page, 2 * 3_600_000); // the token is good for one
  await server.kill();
  await eve.say("not sent yet");
  await eve.bubble("not sent yet").waitFor();
  await eve.field.fill("and a draft");
  await page.reload();
  await eve.banner.waitFor(); // by then what is kept would be there
  expect(await page.locator("main").textContent()).toBe("roomstreamSign out");
  await server.start();
  await eve.bubble("for eve alone").waitFor();
  await eve.bubble("not sent yet").waitFor();
  expect(await eve.field.inputValue()).toBe("and a draft");
  await eve.connected();
  await eve.leave();
});

test("an older worker makes place for the new one, and the page is of one build in between", async () => {
  const front = await Front.start(server);
  // A worker of long ago that shows its own page for ever.
  front.files.set("/", { type: "text/html", body: '<!doctype html><title>old</title><link rel="icon" href="data:,"><script src="/old.js"></script>' });
  front.files.set("/old.js", { type: "text/javascript", body: 'navigator.serviceWorker.register("/push-worker.js", { updateViaCache: "none" });' });
  front.files.set("/push-worker.js", {
    type: "text/javascript",
    body: `const CACHE = "roomstream old";
      self.addEventListener("install", (event) => event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(["/", "/old.js"]))));
      self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
      self.addEventListener("fetch", (event) => event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request))));`,
  });
  const dan = await Person.arrive(browser, { worker: true });
  const { page } = dan;
  await page.goto(front.url);
  await expect.poll(() => cachesOf(page)).toEqual(["roomstream old"]);
  front.files.clear(); // the server is of today
  await page.reload();
  expect(await page.title()).toBe("old");
  await served(page); // a newer one is looked for at each load
  await page.reload();
  await page.getByLabel("Name").first().waitFor();

  // The next build: with a connection it is there at once, without one the last that was kept whole.
  const built = await (await fetch(`${front.url}/`)).text();
  const next = built.replace(/<title>[^<]*<\/title>/, "<title>next build</title>");
  front.files.set("/", { type: "text/html", body: next });
  await page.reload();
  await expect.poll(() => page.title()).toBe("next build");
  await front.close();
  await page.reload();
  await expect.poll(() => page.title()).toBe(/<title>([^<]*)</.exec(built)?.[1]);
  await page.waitForFunction(() => (document.querySelector("#app")?.childElementCount ?? 0) > 0);
  await dan.leave();
});

test("where nothing may be kept the page goes on without", async () => {
  await roomOf("plain", "eve", ["hello"]);
  const eve = await Person.enter(browser, server, "Eve", {
    room: "plain",
    worker: true,
    before: (page) =>
      page.addInitScript(() => {
        IDBFactory.prototype.open = () => {
          throw new DOMException("storage is forbidden here", "SecurityError");
        };
        ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException("storage is forbidden here", "SecurityError"));
      }),
  });
  await eve.say("all the same");
  await eve.bubble("all the same").waitFor();
  await expect.poll(() => textsOf("plain")).toEqual(["hello", "all the same"]);
  await eve.leave();
});
