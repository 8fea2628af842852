// The keys of the chat: each where it works, and where it is somebody else's.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser, type Theme } from "./browser";
import { makeRoom, row, setMember } from "./crew";
import { Person, type PersonOptions, SOON_MS } from "./person";
import { Server } from "./server";

const PHONE_PX = 360;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Private rooms of somebody, who so has no others in his list. */
async function roomsOf(sub: string, ...names: string[]): Promise<string[]> {
  const rooms: string[] = [];
  for (const name of names) {
    const room = await makeRoom(server, sub, { name, type: "private" });
    await server.post(room, `hello ${name}`, server.token(sub, sub));
    rooms.push(room);
  }
  return rooms;
}

async function enter(sub: string, options: PersonOptions = {}): Promise<Person> {
  const person = await Person.enter(browser, server, sub, { token: server.token(sub, sub), ...options });
  const { page } = person;
  if (options.locale === undefined) await person.connected(); // it is asked in English
  // From now on a key does at once what it does.
  if (options.room !== undefined) await page.locator("#messages").focus();
  await openBy(page, "?");
  await page.keyboard.press("Escape");
  await dialogs(page).waitFor({ state: "detached" });
  return person;
}

/** Whatever a key has done is on the page. */
const settled = (page: Page) => page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

const dialogs = (page: Page) => page.locator("dialog[open]");
const hasFocus = (page: Page, selector: string) => expect.poll(() => page.evaluate((wanted) => document.activeElement?.matches(wanted), selector), { timeout: SOON_MS }).toBe(true);
const isAt = (page: Page, room: string | undefined) => expect.poll(() => decodeURIComponent(new URL(page.url()).pathname), { timeout: SOON_MS }).toBe(`/rooms/${room}`);

/** Presses a key until it has opened a dialog: the first time, what keys mean and dialogs are made of may be on its way. */
async function openBy(page: Page, key: string): Promise<void> {
  const open = async () => {
    await page.keyboard.press(key);
    return dialogs(page).count();
  };
  await expect.poll(open, { timeout: SOON_MS }).toBe(1);
}

test("Up in the empty field edits the last message that is one’s own and not deleted, and Escape leaves it as it was", async () => {
  const [room = ""] = await roomsOf("edna", "Edits");
  await setMember(server, "edna", room, "bot", "member");
  for (const text of ["first", "second"]) await server.post(room, text, server.token("edna", "edna"));
  await server.post(room, "of another");
  const edna = await enter("edna", { room });
  const { page, field, editField } = edna;
  await edna.bubble("of another").waitFor();

  await field.fill("a draft");
  await field.press("ArrowUp");
  await settled(page);
  expect(await editField.count()).toBe(0);
  await field.fill("");
  for (const key of ["Shift+ArrowUp", "ArrowDown"]) {
    await field.press(key);
    await settled(page);
    expect(await editField.count()).toBe(0);
  }
  await field.press("ArrowUp");
  await expect.poll(() => editField.inputValue(), { timeout: SOON_MS }).toBe("second");
  await hasFocus(page, "[aria-label='New text of the message']");
  await editField.press("End");
  await editField.pressSequentially(" thoughts");
  await editField.press("Escape");
  await hasFocus(page, "#composer");
  expect(await edna.texts()).toEqual(["hello Edits", "first", "second", "of another"]);

  await (await edna.openMenu("second")).getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await edna.bubble("second").waitFor({ state: "detached" });
  await field.press("ArrowUp");
  await expect.poll(() => editField.inputValue(), { timeout: SOON_MS }).toBe("first");
  await editField.fill("first, mended");
  await editField.press("Enter");
  await edna.bubble("first, mended").waitFor();
  await edna.leave();
});

test("Up edits nothing where a file waits to be sent, an answer is begun, nothing is one’s own, or the newest is still on its way", async () => {
  const [room = "", other = ""] = await roomsOf("egon", "Waiting", "Silence");
  const quiet = await makeRoom(server, "emil", { name: "Listening", type: "private" });
  await setMember(server, "emil", quiet, "egon", "member");
  await server.post(quiet, "only mine", server.token("emil", "emil"));
  const egon = await enter("egon", { room });
  const { page, field, editField } = egon;
  const doesNothing = async () => {
    await field.press("ArrowUp");
    await settled(page);
    expect(await editField.count()).toBe(0);
  };
  await egon.bubble("hello Waiting").waitFor();
  await egon.chooseFiles(() => page.getByRole("button", { name: "Attach files" }).click(), [{ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("beds and paths\n") }]);
  await page.locator('.tray-file[data-state="stored"]').waitFor();
  await doesNothing();
  await row(egon, quiet).click();
  await egon.bubble("only mine").waitFor();
  await doesNothing();
  await row(egon, other).click();
  await egon.bubble("hello Silence").waitFor();
  await (await egon.openMenu("hello Silence")).getByRole("menuitem", { name: "Reply" }).click();
  await page.locator(".answer-bar").waitFor();
  await doesNothing();
  await field.press("Escape");
  await page.locator(".answer-bar").waitFor({ state: "detached" });
  await field.press("ArrowUp");
  await expect.poll(() => editField.inputValue(), { timeout: SOON_MS }).toBe("hello Silence");
  await editField.press("Escape");
  await hasFocus(page, "#composer");
  // Of what is on its way no other text can be given, and what stands above it is not meant.
  await egon.context.setOffline(true);
  await egon.say("said in a tunnel");
  await page.locator('[data-state="sending"]').waitFor();
  await doesNothing();
  await egon.context.setOffline(false);
  await page.locator('[data-state="logged"]', { hasText: "said in a tunnel" }).waitFor();
  await field.press("ArrowUp");
  await expect.poll(() => editField.inputValue(), { timeout: SOON_MS }).toBe("said in a tunnel");
  await egon.leave();
});

test("Ctrl+K finds a room from wherever one is, and Escape leads back there", async () => {
  const [room, wanted] = await roomsOf("kim", "Here", "Greenhouse");
  const kim = await enter("kim", { room: room ?? "" });
  const { page, field } = kim;
  await field.fill("half a thought");
  await field.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Find a room" });
  await dialog.waitFor();
  // A dialog has the keys for itself.
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Alt+ArrowDown");
  await settled(page);
  expect(await dialogs(page).count()).toBe(1);
  await isAt(page, room);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await hasFocus(page, "#composer");
  expect(await field.inputValue()).toBe("half a thought");

  for (const key of ["Control+Shift+k", "Control+Alt+k", "Meta+k", "Control+j"]) {
    await field.press(key);
    await settled(page);
    expect(await dialogs(page).count()).toBe(0);
  }
  // So has a menu, and the one at one's own name.
  await page.getByRole("button", { name: "New room or message" }).click();
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("Control+k");
  await settled(page);
  expect(await dialogs(page).count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  await page.locator(".me").click();
  await page.locator("#account-menu").waitFor();
  await page.keyboard.press("Control+k");
  await settled(page);
  expect(await dialogs(page).count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.locator("#account-menu").waitFor({ state: "detached" });

  // On a keyboard of other letters K stands where it always does.
  await page.locator("body").dispatchEvent("keydown", { key: "ن", code: "KeyK", ctrlKey: true, bubbles: true, cancelable: true });
  await dialog.getByLabel("Name").fill("green");
  await dialog.locator(".pick", { hasText: "Greenhouse" }).click();
  await isAt(page, wanted);
  await hasFocus(page, "#composer");
  await kim.leave();
});

test("Ctrl+K is an input method’s as long as that is composing", async () => {
  const [room = ""] = await roomsOf("kumi", "Kana");
  const kumi = await enter("kumi", { room });
  const { page, field } = kumi;
  await page.evaluate(() => {
    const composing: boolean[] = [];
    Object.assign(window, { composing });
    document.addEventListener("keydown", (event) => event.key === "k" && composing.push(event.isComposing), true);
  });
  await field.focus();
  const tools = await kumi.context.newCDPSession(page);
  await tools.send("Input.imeSetComposition", { text: "かな", selectionStart: 2, selectionEnd: 2 });
  await page.keyboard.press("Control+k");
  await settled(page);
  expect(await dialogs(page).count()).toBe(0);
  await tools.send("Input.insertText", { text: "かな" });
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Find a room" }).waitFor();
  expect(await page.evaluate(() => (window as unknown as { composing: boolean[] }).composing)).toEqual([true, false]);
  await kumi.leave();
});

test("on a phone’s width the keys work while the list is away, too", async () => {
  const [room = ""] = await roomsOf("nia", "Narrow");
  const nia = await enter("nia", { room, width: PHONE_PX });
  const { page } = nia;
  expect(await page.locator("#rooms").isVisible()).toBe(false);
  await nia.field.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Find a room" });
  await dialog.waitFor(); // to be seen, that is
  await hasFocus(page, "dialog input");
  await page.keyboard.type("narrow");
  await dialog.locator(".pick", { hasText: "Narrow" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await hasFocus(page, "#composer");
  await nia.leave();
});

test("Alt+Down and Alt+Up go through the rooms as they are listed, and stay at either end", async () => {
  const made = await roomsOf("alf", "One", "Two", "Three");
  const alf = await enter("alf", { room: made[0] ?? "" });
  const { page } = alf;
  await expect.poll(() => page.locator(".room-list [data-room]").count(), { timeout: SOON_MS }).toBe(made.length);
  const [top, middle, end] = await page.locator(".room-list [data-room]").evaluateAll((rows) => rows.map((one) => (one as HTMLElement).dataset["room"] ?? ""));
  expect([top, middle, end].sort()).toEqual([...made].sort());

  await row(alf, top ?? "").click();
  await isAt(page, top);
  await hasFocus(page, "#composer");
  await page.keyboard.press("Alt+ArrowDown");
  await isAt(page, middle);
  await hasFocus(page, "#composer");
  await page.keyboard.press("Alt+ArrowDown");
  await isAt(page, end);
  await page.keyboard.press("Alt+ArrowDown");
  await settled(page);
  await isAt(page, end);
  await hasFocus(page, "#composer");
  // A message's button has the arrows alone, not with Alt.
  await alf.bubbles.first().getByRole("button", { name: "Message actions" }).focus();
  await page.keyboard.press("Alt+ArrowUp");
  await isAt(page, middle);
  await page.keyboard.press("Alt+ArrowUp");
  await isAt(page, top);
  await page.keyboard.press("Alt+ArrowUp");
  await settled(page);
  await isAt(page, top);

  for (const key of ["ArrowDown", "Alt+Shift+ArrowDown", "Control+ArrowDown"]) {
    await page.keyboard.press(key);
    await settled(page);
    await isAt(page, top);
  }
  // In a field it opens what that has to choose from.
  await page.locator("#search").press("Alt+ArrowDown");
  await settled(page);
  await isAt(page, top);
  await page.getByRole("button", { name: "New room or message" }).click();
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await settled(page);
  await isAt(page, top);
  await alf.leave();

  const again = await enter("alf"); // no room is open
  await row(again, top ?? "").waitFor();
  await again.page.keyboard.press("Alt+ArrowUp");
  await isAt(again.page, end);
  await again.leave();
});

test.each(["light", "dark"] as Theme[])("? lists the keys where nothing is typed, and can be switched off for good: %s", async (theme) => {
  const sub = `ute-${theme}`;
  const [room = ""] = await roomsOf(sub, "Questions");
  const ute = await enter(sub, { room, theme, before: (page) => page.addInitScript(AXE) });
  const { page, field } = ute;
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await field.press("?");
  await settled(page);
  expect(await dialogs(page).count()).toBe(0);
  expect(await field.inputValue()).toBe("?");
  await field.fill("");

  await page.locator("#messages").focus();
  await page.keyboard.press("?");
  await dialog.waitFor();
  const listed = await dialog.locator(".keys > div").evaluateAll((rows) => rows.map((one) => [one.querySelector("dt")?.textContent, ...[...one.querySelectorAll("kbd")].map((key) => (key.querySelector(".hidden") ?? key).textContent)].join(" | ")));
  expect(listed).toContain("Find a room | Ctrl | K");
  expect(listed).toContain("Previous room in the list | Alt | Up arrow");
  expect(listed).toContain("Show this list | ?");
  expect(await faultsOf(page)).toEqual([]);
  for (const width of [PHONE_PX, 320]) {
    await page.setViewportSize({ width, height: 640 });
    expect(await faultsOf(page)).toEqual([]);
    expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  }
  await page.setViewportSize({ width: 1100, height: 760 });
  await page.keyboard.press("?"); // it is open already
  await settled(page);
  expect(await dialogs(page).count()).toBe(1);
  const choice = dialog.getByRole("switch", { name: "The ? key shows this list" });
  expect(await choice.isChecked()).toBe(true);
  await choice.uncheck();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await hasFocus(page, "#messages");
  await page.keyboard.press("?");
  await settled(page);
  expect(await dialogs(page).count()).toBe(0);

  await page.reload();
  await ute.loaded();
  await ute.connected();
  await openBy(page, "Control+k");
  await page.getByRole("dialog", { name: "Find a room" }).waitFor();
  await page.keyboard.press("Escape");
  await dialogs(page).waitFor({ state: "detached" });
  await page.locator("#messages").focus();
  await page.keyboard.press("?");
  await settled(page);
  expect(await dialogs(page).count()).toBe(0);
  await page.locator(".me").click();
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await dialog.waitFor();
  expect(await dialog.getByText("Show this list").count()).toBe(0);
  await choice.check();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await hasFocus(page, ".me");
  await page.keyboard.press("?");
  await dialog.waitFor();
  await ute.leave();
});

test("with Apple’s keyboards it is ⌘K, and Ctrl+K stays the field’s own", async () => {
  const [room = ""] = await roomsOf("mac", "Orchard");
  const mac = await enter("mac", { room, before: (page) => page.addInitScript(() => Object.defineProperty(navigator, "platform", { value: "MacIntel" })) });
  const { page, field } = mac;
  await field.press("Control+k");
  await settled(page);
  expect(await dialogs(page).count()).toBe(0);
  await field.press("Meta+k");
  await page.getByRole("dialog", { name: "Find a room" }).waitFor();
  await page.keyboard.press("Escape");
  await dialogs(page).waitFor({ state: "detached" });
  await page.locator("#messages").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("⌘").waitFor();
  await mac.leave();
});

test.each(["de-DE", "es-ES", "fr-FR", "pt-BR", "ja-JP", "zh-CN", "ar"])("in %s the list of keys fits a small phone, and axe finds no fault", async (locale) => {
  const sub = `lou-${locale.toLowerCase()}`;
  const [room = ""] = await roomsOf(sub, "Words");
  const lou = await enter(sub, { room, locale, width: 320, height: 640, before: (page) => page.addInitScript(AXE) });
  const { page } = lou;
  await page.locator("#messages").focus();
  await page.keyboard.press("?");
  const dialog = dialogs(page);
  await dialog.locator(".keys").waitFor();
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  expect(await faultsOf(page)).toEqual([]);
  await lou.leave();
});
