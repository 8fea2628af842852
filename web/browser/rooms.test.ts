// The list of rooms, and what makes rooms: unread and mentions exactly, private rooms, direct messages.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, meet, openNew, row, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await meet(server, { ann: "Ann Lee", bo: "Bo Chen", cleo: "Cleo" });
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** What the server has as unread; to have read up to 0 changes nothing. */
const unreadOf = async (sub: string, room: string) => (await server.ask(sub, "PUT", `rooms/${room}/read`, { seq: 0 }))["unread"];

test("unread and mentions are counted apart, exactly, are 0 after reading, on the other device too, and after a reload", async () => {
  const room = await makeRoom(server, "ann", { name: "Numbers", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const as = server.token("ann", "Ann Lee");
  for (const text of ["one", "@Bo Chen two", "three"]) await server.post(room, text, as);

  const desk = await Person.enter(browser, server, "Bo Chen", { token: server.token("bo", "Bo Chen") });
  const phone = await Person.enter(browser, server, "Bo Chen", { token: server.token("bo", "Bo Chen") });
  for (const device of [desk, phone]) {
    await row(device, room).getByText("3 unread").waitFor();
    await row(device, room).getByText("You are mentioned").waitFor({ state: "attached" });
    expect(await device.page.locator("[data-section=unread]").getByText("Numbers").count()).toBe(1);
  }
  await server.post(room, "four", as);
  for (const device of [desk, phone]) await row(device, room).getByText("4 unread").waitFor();

  await row(desk, room).click();
  await desk.bubble("four").waitFor();
  for (const device of [desk, phone]) await row(device, room).locator(".badge").first().waitFor({ state: "detached" });
  await phone.page.reload();
  await row(phone, room).waitFor();
  expect(await row(phone, room).locator(".badge").count()).toBe(0);
  await server.post(room, "five", as);
  await row(phone, room).getByText("five").waitFor();
  await row(phone, room).locator(".badge").first().waitFor({ state: "detached" });
  expect(await unreadOf("bo", room)).toBe(0);
  await desk.leave();
  await phone.leave();
});

test("a message that is deleted is not unread any more", async () => {
  const room = await makeRoom(server, "ann", { name: "Second thoughts", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const ann = await Person.enter(browser, server, "Ann Lee", { room, token: server.token("ann", "Ann Lee") });
  await ann.say("stays");
  await ann.say("goes");
  await ann.page.locator('.message[data-seq][data-state="logged"]').nth(1).waitFor();
  const bo = await Person.enter(browser, server, "Bo Chen", { token: server.token("bo", "Bo Chen") });
  await row(bo, room).getByText("2 unread").waitFor();
  await (await ann.openMenu("goes")).getByRole("menuitem", { name: "Delete" }).click();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await row(bo, room).getByText("1 unread").waitFor();
  await ann.leave();
  await bo.leave();
});

test("a private room is made, has a lock, is there for whoever is added and nobody else, and goes with a word", async () => {
  const ann = await Person.enter(browser, server, "Ann Lee", { token: server.token("ann", "Ann Lee") });
  const bo = await Person.enter(browser, server, "Bo Chen", { token: server.token("bo", "Bo Chen") });
  const cleo = await Person.enter(browser, server, "Cleo");
  await ann.connected();
  await bo.connected();
  const dialog = await openNew(ann, "Create a room");
  await dialog.getByLabel("Name").fill("Budget");
  await dialog.getByLabel("Topic").fill("Numbers only");
  await dialog.getByLabel("Private").check();
  await dialog.getByRole("button", { name: "Create room" }).click();
  await ann.loaded();
  expect(await ann.page.locator(".room-head").innerText()).toContain("Numbers only");
  const id = decodeURIComponent(new URL(ann.page.url()).pathname.split("/")[2] ?? "");
  await row(ann, id).getByText("Private room").waitFor({ state: "attached" });
  await setMember(server, "ann", id, "bo", "member");
  await row(bo, id).getByText("Budget").waitFor();
  await server.post(id, "for members", server.token("ann", "Ann Lee"));
  await row(bo, id).getByText("1 unread").waitFor();
  expect(await row(cleo, id).count()).toBe(0);

  await setMember(server, "ann", id, "bo", null);
  await bo.page.getByRole("status").getByText("Budget: You were taken out of this room.").waitFor();
  await row(bo, id).waitFor({ state: "detached" });
  await ann.leave();
  await bo.leave();
  await cleo.leave();
});

test("a direct message is one room for both, called by the other's name", async () => {
  const ann = await Person.enter(browser, server, "Ann Lee", { token: server.token("ann", "Ann Lee") });
  const bo = await Person.enter(browser, server, "Bo Chen", { token: server.token("bo", "Bo Chen") });
  await ann.connected();
  await bo.connected();
  const dialog = await openNew(ann, "New direct message");
  await dialog.getByLabel("To whom").fill("chen");
  await dialog.getByRole("button", { name: "Bo Chen" }).click();
  await ann.loaded();
  await ann.page.getByRole("heading", { name: "Bo Chen", level: 1 }).waitFor();
  await ann.say("just for you");
  const toBo = row(bo, decodeURIComponent(new URL(ann.page.url()).pathname.split("/")[2] ?? ""));
  await toBo.getByText("1 unread").waitFor();
  const state = ann.bubble("just for you").locator(".bubble-state");
  await expect.poll(() => state.textContent(), { timeout: SOON_MS }).toBe("Delivered");
  await toBo.click();
  await bo.bubble("just for you").waitFor();
  expect(new URL(bo.page.url()).pathname).toBe(new URL(ann.page.url()).pathname);
  await expect.poll(() => state.textContent(), { timeout: SOON_MS }).toBe("Read");
  await bo.page.locator("[data-section=direct]").getByText("Ann Lee").waitFor();
  await ann.leave();
  await bo.leave();
});

test("who was never here before is called by his name from his first message on, also in a room that is not open", async () => {
  const room = ((await server.ask("ann", "POST", "direct", { userId: "new" }, "Ann Lee")) as { room: { id: string } }).room.id;
  const ann = await Person.enter(browser, server, "Ann Lee", { token: server.token("ann", "Ann Lee") });
  await ann.connected();
  await row(ann, room).locator(".room-row-name", { hasText: /^new$/ }).waitFor();
  await server.post(room, "I have just come", server.token("new", "Nora Wells"));
  await row(ann, room).getByText("I have just come").waitFor();
  await row(ann, room).locator(".room-row-name", { hasText: "Nora Wells" }).waitFor();
  await ann.leave();
});

test("a room is found by its name", async () => {
  await makeRoom(server, "bo", { name: "Gardening", topic: "Tomatoes, mostly" });
  const ann = await Person.enter(browser, server, "Ann Lee", { token: server.token("ann", "Ann Lee") });
  await ann.connected();
  const dialog = await openNew(ann, "Find a room");
  await dialog.getByLabel("Name").fill("garden");
  await dialog.getByText("1 room found").waitFor({ state: "attached" });
  await dialog.getByLabel("Name").press("Enter");
  await ann.page.getByRole("heading", { name: "Gardening", level: 1 }).waitFor();
  await ann.leave();
});

test("New stands at the first unread message, and stays while the room is open", async () => {
  const room = await makeRoom(server, "ann", { name: "Line", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const as = server.token("ann", "Ann Lee");
  await server.post(room, "first", as);
  await server.post(room, "second", as);
  const bo = await Person.enter(browser, server, "Bo Chen", { room, token: server.token("bo", "Bo Chen") });
  const below = () => bo.page.locator(".unread-line").evaluate((line) => line.nextElementSibling?.querySelector(".bubble-text")?.textContent);
  await bo.page.locator(".unread-line").waitFor();
  expect(await below()).toBe("first");
  await row(bo, room).locator(".badge").waitFor({ state: "detached" });
  await server.post(room, "third", as);
  await bo.bubble("third").waitFor();
  expect(await below()).toBe("first");
  expect(await bo.page.locator(".unread-line").count()).toBe(1);
  await expect.poll(() => unreadOf("bo", room), { timeout: SOON_MS }).toBe(0);
  await bo.page.reload();
  await bo.bubble("third").waitFor();
  expect(await bo.page.locator(".unread-line").count()).toBe(0);
  await bo.leave();
});

/** Notes what the page tells the app's icon; refuses it, as a browser does to a page that is not installed. */
function recordBadges(): void {
  const badges: number[] = [];
  Object.assign(window, { badges });
  const told = (count: number) => {
    badges.push(count);
    return Promise.reject(new DOMException("not installed", "NotAllowedError"));
  };
  Object.defineProperty(navigator, "setAppBadge", { value: told });
  Object.defineProperty(navigator, "clearAppBadge", { value: () => told(0) });
}

test("what is unread is told by a dot on the tab’s icon and by the app’s badge, until it is read, and by neither to who has signed out", async () => {
  const rooms = [await makeRoom(server, "ann", { name: "Dots", type: "private" }), await makeRoom(server, "ann", { name: "Muted dots", type: "private" })] as const;
  for (const room of rooms) await setMember(server, "ann", room, "fay", "member");
  await server.ask("fay", "PUT", `rooms/${rooms[1]}/alerts`, { mutedUntil: "9999-12-31T23:59:59.999Z" }, "Fay");
  const as = server.token("ann", "Ann Lee");
  const fay = await Person.enter(browser, server, "Fay", { before: (page) => page.addInitScript(recordBadges) });
  const { page } = fay;
  const shown = () => page.evaluate(() => [document.querySelector("link[rel=icon]")?.getAttribute("href"), (window as unknown as { badges: number[] }).badges.at(-1)]);
  const shows = (unread: number) => expect.poll(shown, { timeout: SOON_MS }).toEqual([unread > 0 ? "/favicon-unread.svg" : "/favicon.svg", unread]);
  await row(fay, rooms[1]).locator(".room-row-muted").waitFor();
  await shows(0);
  await server.post(rooms[1], "nobody is told", as);
  await row(fay, rooms[1]).getByText("nobody is told").waitFor();
  await shows(0);
  await server.post(rooms[0], "one", as);
  await shows(1);
  await server.post(rooms[0], "two", as);
  await shows(2);
  for (const icon of ["/favicon.svg", "/favicon-unread.svg"]) {
    const served = await fetch(server.url + icon);
    expect([served.status, served.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
  }

  await row(fay, rooms[0]).click();
  await shows(0);
  await page.getByRole("link", { name: "Live feeds" }).click();
  await page.waitForURL(/\/feeds$/);
  await server.post(rooms[0], "three", as);
  await shows(1);
  await page.locator(".me").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Token" }).waitFor();
  await shows(0);
  await fay.leave();
});
