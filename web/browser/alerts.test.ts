// What one is told of while one is not looking: by the level and the mute of a room, once for all tabs of a browser.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { Person } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  for (const id of ["desk", "loud", "calm"]) {
    await server.ask("bob", "POST", "rooms", { id, name: id, type: "private" }, "Bob");
    for (const user of ["ann", "cleo", "dora"]) await server.ask("bob", "PUT", `rooms/${id}/members/${user}`, { role: "member" });
  }
});

afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

interface Told {
  shown: string[];
  tones: number;
}

/** Notes what the page tells: its notifications and how many tones it plays. Both do what they always do. What may be pressed is kept. */
function record(): void {
  const told: Told = { shown: [], tones: 0 };
  const pressable: Notification[] = [];
  Object.assign(window, { told, pressable });
  const Real = window.Notification;
  window.Notification = new Proxy(Real, {
    construct(target, [title, options]: [string, NotificationOptions]) {
      told.shown.push(`${title}: ${options.body ?? ""}`);
      const made = new target(title, options);
      pressable.push(made);
      return made;
    },
  });
  const show = ServiceWorkerRegistration.prototype.showNotification;
  ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
    told.shown.push(`${title}: ${options?.body ?? ""}`);
    return show.call(this, title, options);
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (when) {
    told.tones++;
    start.call(this, when);
  };
}

const toldOn = (page: Page): Promise<Told> => page.evaluate(() => (window as unknown as { told: Told }).told);

/** What all tabs together have told. */
async function told(...pages: Page[]): Promise<Told> {
  const all = await Promise.all(pages.map(toldOn));
  return { shown: all.flatMap(({ shown }) => shown), tones: all.reduce((sum, { tones }) => sum + tones, 0) };
}

async function enter(name: string): Promise<Person> {
  const person = await Person.enter(browser, server, name, {
    room: "desk",
    before: async (page) => {
      await page.context().grantPermissions(["notifications"], { origin: server.url });
      await page.addInitScript(AXE);
      await page.addInitScript(record);
    },
  });
  await person.connected();
  await person.page.locator("#composer").click(); // browsers let no page sound that nobody has touched
  return person;
}

/** Another tab of somebody's browser. */
async function anotherTab(person: Person, name: string, room = "desk"): Promise<Page> {
  const page = await person.context.newPage();
  await page.addInitScript(record);
  await page.addInitScript(`if (!sessionStorage.getItem("roomstream.token")) sessionStorage.setItem("roomstream.token", ${JSON.stringify(server.token(name.toLowerCase(), name))});`);
  await page.goto(`${server.url}/rooms/${room}`);
  await page.locator(".me-state", { hasText: /^Connected$/ }).waitFor({ state: "attached" });
  await page.locator("#composer").click();
  return page;
}

const bob = () => server.token("bob", "Bob");

/** Bob says something in a room, and it has come to these pages. */
async function says(room: string, text: string, ...pages: Page[]): Promise<void> {
  await server.post(room, text, bob());
  for (const page of pages) await page.locator(`[data-room=${room}]`, { hasText: text }).waitFor();
}

test("two tabs: one notification and one sound a message, also when the one that tells is closed", async () => {
  const ann = await enter("Ann");
  const second = await anotherTab(ann, "Ann");
  const pages = [ann.page, second];
  await says("loud", "@ann first", ...pages);
  await expect.poll(() => told(...pages)).toEqual({ shown: ["Bob in loud: @ann first"], tones: 2 });
  // What is said in a room that is in sight, and what one does not want to be told of, nobody is told; the last message comes behind both.
  await says("desk", "@ann seen", ...pages);
  await says("calm", "nobody is named", ...pages);
  await says("loud", "@ann second", ...pages);
  await expect.poll(async () => (await told(...pages)).shown).toEqual(["Bob in loud: @ann first", "Bob in loud: @ann second"]);

  const speaks = (await toldOn(second)).shown.length > 0 ? second : ann.page;
  const stays = speaks === second ? ann.page : second;
  await speaks.close();
  await says("loud", "@ann third", stays);
  await expect.poll(async () => (await toldOn(stays)).shown).toEqual(["Bob in loud: @ann third"]);
  await ann.leave();
});

test("a press on a notification opens its message", async () => {
  await says("loud", "@ann before you came");
  const ann = await enter("Ann"); // in another room
  const { page } = ann;
  const { seq } = await server.post("loud", "@ann look at this", bob());
  await server.post("loud", "and nobody at that", bob());
  await expect.poll(async () => (await toldOn(page)).shown).toEqual(["Bob in loud: @ann look at this"]);
  expect(new URL(page.url()).pathname).toBe("/rooms/desk");
  // Headless, the browser draws none that could be clicked.
  await page.evaluate(() => (window as unknown as { pressable: Notification[] }).pressable[0]?.dispatchEvent(new Event("click")));
  await page.waitForURL(`${server.url}/rooms/loud/${seq}`);
  const row = page.locator(`#messages [data-seq="${seq}"]`, { hasText: "look at this" });
  await expect.poll(() => row.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  await ann.leave();
});

test("two tabs: a draft, what is read and signing out are the same in both", async () => {
  const ann = await enter("Dora");
  const second = await anotherTab(ann, "Dora");
  await ann.field.fill("half a thought");
  await expect.poll(() => second.locator("#composer").inputValue()).toBe("half a thought");
  await second.locator("#composer").press("End");
  await second.locator("#composer").pressSequentially(", and the rest");
  await expect.poll(() => ann.field.inputValue()).toBe("half a thought, and the rest");
  await second.locator("#composer").press("Enter");
  await expect.poll(() => ann.field.inputValue()).toBe("");
  await ann.bubble("half a thought, and the rest").waitFor();

  await says("calm", "news", ann.page, second);
  const badge = (page: Page) => page.locator("[data-room=calm] .badge", { hasText: "unread" });
  await badge(ann.page).waitFor();
  await second.locator("[data-room=calm]").click();
  await badge(ann.page).waitFor({ state: "detached" });

  // What is typed in a tab that is closed is not lost.
  await second.locator("#composer").fill("not yet");
  await expect.poll(() => ann.page.evaluate(() => localStorage.getItem("roomstream.draft.dora/calm"))).toBe("not yet");
  await second.close();
  await ann.page.locator("[data-room=calm]").click();
  await expect.poll(() => ann.field.inputValue()).toBe("not yet");

  const third = await anotherTab(ann, "Dora");
  await third.locator(".me").click();
  await third.getByRole("button", { name: "Sign out" }).click();
  await ann.page.getByText("You signed out in another tab.").waitFor();
  const left = await ann.page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
  expect(left.filter((key) => /token|draft/.test(key))).toEqual([]);
  await ann.leave();
});

test("the level and the mute of a room hold on every device, the sound in this browser", async () => {
  const cleo = await enter("Cleo");
  const other = await enter("Cleo"); // another device
  const { page } = cleo;
  await page.locator("[data-room=calm]").click();
  await page.getByRole("button", { name: "Room details" }).click();
  await page.getByRole("button", { name: "Notify", exact: true }).click();
  const panel = page.getByRole("dialog", { name: "calm" });
  expect(await panel.getByRole("radio", { name: /^Mentions/ }).isChecked()).toBe(true);
  await panel.getByRole("radio", { name: /^Every message/ }).check();
  await expect.poll(() => panel.getByRole("radio", { name: /^Every message/ }).isChecked()).toBe(true);
  await panel.getByLabel("Sound in this browser").selectOption("Knock");
  await expect.poll(async () => (await toldOn(page)).tones).toBe(2); // one hears what one chooses
  await panel.getByLabel("Sound in this browser").selectOption("No sound");
  expect(await faultsOf(page)).toEqual([]);
  await expect.poll(async () => ((await server.ask("cleo", "PUT", "rooms/calm/alerts", {}))["alerts"])).toEqual({ level: "all" });
  await page.keyboard.press("Escape");
  await page.locator("[data-room=desk]").click();
  await page.locator("#composer").and(page.getByLabel("Message desk")).waitFor();
  await says("calm", "one", page, other.page);
  await expect.poll(() => toldOn(page)).toEqual({ shown: ["Bob in calm: one"], tones: 2 });
  await expect.poll(() => toldOn(other.page)).toEqual({ shown: ["Bob in calm: one"], tones: 2 });

  // Muted on one device: no notification on either, no number; the message of another room comes behind it.
  await other.page.locator("[data-room=loud]").click();
  await other.page.getByRole("button", { name: "Room details" }).click();
  await other.page.getByRole("button", { name: "Notify", exact: true }).click();
  await other.page.getByRole("button", { name: "For 8 hours" }).click();
  await other.page.getByText(/^This room is muted until \w+day/).waitFor();
  await other.page.keyboard.press("Escape");
  await other.page.locator("[data-room=desk]").click();
  await other.page.getByLabel("Message desk").waitFor();
  await page.locator("[data-room=loud] .room-row-muted").waitFor();
  await says("loud", "@cleo quiet", page, other.page);
  await says("calm", "two", page, other.page);
  for (const one of [page, other.page]) await expect.poll(async () => (await toldOn(one)).shown).toEqual(["Bob in calm: one", "Bob in calm: two"]);
  expect(await page.locator("[data-room=loud] .badge").count()).toBe(0);
  await cleo.leave();
  await other.leave();
});

test("who is away is told of answers in a thread he follows, unless the room is muted", async () => {
  const { seq } = await server.post("calm", "where do we meet?", server.token("dora", "Dora"));
  const { seq: other } = await server.post("calm", "who has the keys?", bob());
  const dora = await enter("Dora"); // in another room
  const answers = async (parent: number, text: string) => {
    await server.ask("bob", "POST", "rooms/calm/messages", { text, parent }, "Bob");
    await dora.page.locator("[data-room=calm]", { hasText: text }).waitFor();
  };
  await answers(other, "not I");
  await answers(seq, "at the station");
  await expect.poll(async () => (await toldOn(dora.page)).shown).toEqual(["Bob in calm: at the station"]);
  await server.ask("dora", "PUT", "rooms/calm/alerts", { mutedUntil: "9999-12-31T23:59:59.999Z" });
  await dora.page.locator("[data-room=calm] .room-row-muted").waitFor();
  await answers(seq, "at nine");
  await says("loud", "@dora come", dora.page);
  await expect.poll(async () => (await toldOn(dora.page)).shown).toEqual(["Bob in calm: at the station", "Bob in loud: @dora come"]);
  await dora.leave();
});

test("what is pressed in the form hands the focus on to what takes its place", async () => {
  // A browser nobody has told yet whether it may show notifications: this one says no to all pages unasked.
  const before = (page: Page) =>
    page.addInitScript(() => {
      let answer: NotificationPermission = "default";
      Object.defineProperty(Notification, "permission", { get: () => answer });
      Notification.requestPermission = () => Promise.resolve((answer = "granted"));
    });
  const cleo = await Person.enter(browser, server, "Cleo", { room: "desk", before });
  const { page } = cleo;
  await page.getByRole("button", { name: "Room details" }).click();
  await page.getByRole("button", { name: "Notify", exact: true }).click();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
  await page.getByRole("button", { name: "For 8 hours" }).press("Enter");
  await expect.poll(focused).toBe("Unmute");
  await page.keyboard.press("Enter");
  await expect.poll(focused).toBe("For 1 hour");
  await page.getByRole("button", { name: "Show notifications here" }).press("Enter");
  await expect.poll(focused).toBe("This browser shows notifications.");
  await cleo.leave();
});
