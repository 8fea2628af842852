// The panel of a room: what is pinned there and which files were sent, live for everybody, and the way to them.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser, type Theme } from "./browser";
import { makeRoom, openDetails, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;
let room: string;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  room = await makeRoom(server, "ann", { name: "Club" });
  await setMember(server, "ann", room, "bo", "member");
  await server.postAll(room, ["read this first", ...Array.from({ length: 80 }, (_, i) => `line ${i}`)], server.token("bo", "Bo"));
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const enter = (name: string, width = 1100, theme: Theme = "light") => Person.enter(browser, server, name, { room, width, theme, before: (page) => page.addInitScript(AXE) });

test("a moderator pins a message for all, who see it in the panel and go to it; its delete takes the pin away", async () => {
  const [ann, bo] = await Promise.all([enter("Ann"), enter("Bo", 360, "dark")]);
  // Bo may not.
  await bo.bubble("line 79").waitFor();
  const his = await bo.openMenu("line 79");
  expect(await his.getByRole("menuitem").allTextContents()).not.toContain("Pin");
  await bo.page.keyboard.press("Escape");

  await ann.bubble("line 79").waitFor();
  await ann.openMenu("line 79");
  await ann.page.getByRole("menuitem", { name: "Pin", exact: true }).click();
  await bo.bubble("line 79").getByText("Pinned").waitFor({ state: "attached" });
  await bo.page.locator(".note-line").getByText("pinned a message").waitFor();
  const first = (await server.log(room))[0]?.seq ?? 0;
  await server.ask("ann", "PUT", `rooms/${room}/pins/${first}`);

  await bo.page.getByRole("button", { name: "Pinned messages" }).click();
  const cards = bo.page.getByRole("dialog").locator(".card");
  await expect.poll(() => cards.locator(".card-text").allTextContents(), { timeout: SOON_MS }).toEqual(["read this first", "line 79"]);
  expect(await faultsOf(bo.page)).toEqual([]);
  await cards.first().getByRole("link").click();
  await bo.page.getByRole("dialog").waitFor({ state: "detached" });
  await bo.page.locator(`.message-found[data-seq="${first}"]`).waitFor();

  // While the panel is open what is pinned comes and goes.
  const panel = await openDetails(ann, "Pinned");
  const hers = panel.locator(".card");
  await expect.poll(() => hers.count(), { timeout: SOON_MS }).toBe(2);
  await server.ask("bo", "DELETE", `rooms/${room}/messages/${first}`);
  await expect.poll(() => hers.locator(".card-text").allTextContents(), { timeout: SOON_MS }).toEqual(["line 79"]);
  await hers.getByRole("button", { name: "Take the pin away" }).click();
  await panel.getByText("Nothing is pinned.").waitFor();
  await expect.poll(() => panel.locator(".cards").evaluate((list) => list === document.activeElement), { timeout: SOON_MS }).toBe(true);
  await bo.page.locator(".bubble-pin").waitFor({ state: "detached" });
  await Promise.all([ann.leave(), bo.leave()]);
});

/** A picture of 64 by 64 points, as PNG. */
async function picture(person: Person): Promise<string> {
  const data = await person.page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    canvas.getContext("2d")?.fillRect(0, 0, 64, 64);
    return canvas.toDataURL("image/png");
  });
  return data.slice(data.indexOf(",") + 1);
}

/** Sends files of the same content with a message; gives the message's seq. */
async function share(names: readonly string[], content: Uint8Array<ArrayBuffer>, into = room): Promise<number> {
  const attachments: string[] = [];
  for (const name of names) attachments.push(await server.upload(into, name, content, server.token("bo", "Bo")));
  return Number((await server.ask("bo", "POST", `rooms/${into}/messages`, { text: `here is ${names.join(", ")}`, attachments }, "Bo"))["seq"]);
}

test("an older page of files that could not be read is asked for again, and what is there stays", async () => {
  const crowded = await makeRoom(server, "ann", { name: "Many files", type: "public" });
  // A page is a hundred, a message takes ten.
  for (let i = 1; i <= 11; i++) await share(Array.from({ length: 10 }, (_, n) => `file-${i}-${n}.txt`), new TextEncoder().encode("just a text"), crowded);
  const ann = await Person.enter(browser, server, "Ann", { room: crowded });
  const panel = await openDetails(ann, "Files");
  const cards = panel.locator(".card");
  await expect.poll(() => cards.count(), { timeout: SOON_MS }).toBe(100);
  const older = /\/api\/rooms\/[^/]+\/files\?.*before=/;
  await ann.page.route(older, (route) => route.abort());
  await panel.getByRole("button", { name: "Show older" }).click();
  await panel.getByRole("alert").filter({ hasText: "The files could not be read. The server cannot be reached" }).waitFor();
  expect(await cards.count()).toBe(100);
  await ann.page.unroute(older);
  await panel.getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => new Set(await cards.locator(".card-author").allTextContents()).size, { timeout: SOON_MS }).toBe(110);
  expect(await cards.count()).toBe(110);
  expect(await panel.getByRole("button", { name: /Try again|Show older/ }).count()).toBe(0);
  ann.troubles.splice(0); // the requests that were cut off
  await ann.leave();
});

test.each([[1100, "light"], [360, "dark"]] as const)("the files of a room are listed with who sent them, and lead to their messages: %i px, %s", async (width, theme) => {
  const ann = await enter("Ann", width, theme);
  const panel = await openDetails(ann, "Files");
  const cards = panel.locator(".card");
  const first = await share([`notes-${width}.txt`], new TextEncoder().encode("just a text"));
  await share([`square-${width}.png`], new Uint8Array(Buffer.from(await picture(ann), "base64")));
  const names = () => cards.locator(".card-author").allTextContents();
  await expect.poll(async () => (await names()).slice(0, 2), { timeout: SOON_MS }).toEqual([`square-${width}.png`, `notes-${width}.txt`]);
  await expect.poll(() => cards.first().locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth).catch(() => 0), { timeout: SOON_MS }).toBeGreaterThan(0);
  await cards.nth(1).getByText("11 B, Bo").waitFor();
  expect(await faultsOf(ann.page)).toEqual([]);
  await cards.nth(1).getByRole("link").click();
  await panel.waitFor({ state: "detached" });
  await ann.page.locator(`.message-found[data-seq="${first}"]`).waitFor();
  // What is deleted is no file of the room any more.
  const again = await openDetails(ann, "Files");
  await expect.poll(async () => (await names()).includes(`notes-${width}.txt`), { timeout: SOON_MS }).toBe(true);
  await server.ask("bo", "DELETE", `rooms/${room}/messages/${first}`);
  await expect.poll(async () => (await names()).includes(`notes-${width}.txt`), { timeout: SOON_MS }).toBe(false);
  await again.getByRole("button", { name: "Close" }).click();
  await ann.leave();
});
