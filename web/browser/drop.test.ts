// Files dropped by the browser's own means, wherever on the page.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;
const folder = mkdtempSync(join(tmpdir(), "roomstream-dropped-"));

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Holds files of these names over the page, until it says that it takes them or not. They come from outside of the browser. */
async function hold(person: Person, x: number, y: number, names: readonly string[]): Promise<(type: "drop" | "dragCancel") => Promise<void>> {
  const files = names.map((name) => join(folder, name));
  for (const path of files) writeFileSync(path, "dropped\n");
  const tools = await person.context.newCDPSession(person.page);
  const step = async (type: "dragEnter" | "dragOver" | "drop" | "dragCancel") => {
    await tools.send("Input.dispatchDragEvent", { type, x, y, data: { items: [], files, dragOperationsMask: 1 } });
  };
  await step("dragEnter");
  // A browser drops only what the page has said that it takes.
  await expect.poll(async () => (await step("dragOver"), person.page.locator(".drop-over").count()), { timeout: SOON_MS }).toBe(1);
  return step;
}

/** In the middle of what a selector names. */
async function dropOn(person: Person, selector: string, ...names: string[]): Promise<void> {
  const box = await person.page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not on the page`);
  const end = await hold(person, box.x + box.width / 2, box.y + box.height / 2, names);
  await end("drop");
}

const names = (person: Person) => person.page.locator(".tray-name").allTextContents();
const sees = (person: Person, expected: string[]) => expect.poll(() => names(person), { timeout: SOON_MS }).toEqual(expected);
const line = (person: Person) => person.page.locator(".drop-layer .toast");

test("several files dropped on the list, on a message or on the field are added to the message, and what is typed stays", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "anywhere" });
  await ann.say("hello");
  await ann.field.fill("half a sentence");
  const end = await hold(ann, 600, 300, ["over.txt"]);
  await end("dragCancel");
  await ann.page.locator(".drop-over").waitFor({ state: "detached" });
  await dropOn(ann, ".room-list", "one.txt", "two.txt");
  await dropOn(ann, ".bubble", "three.txt");
  await dropOn(ann, "#composer", "four.txt");
  await sees(ann, ["one.txt", "two.txt", "three.txt", "four.txt"]);
  expect(await ann.field.inputValue()).toBe("half a sentence");
  await ann.leave();
});

test("while one edits a message the file is for the next one, and what is typed stays", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "editing" });
  await ann.say("before");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  await (await ann.openMenu("before")).getByRole("menuitem", { name: "Edit" }).click();
  await ann.editField.fill("another text");
  await dropOn(ann, ".edit-form textarea", "notes.txt");
  await sees(ann, ["notes.txt"]);
  expect(await ann.editField.inputValue()).toBe("another text");
  await ann.leave();
});

test("on a dialog, too; a word that says so stands above it", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "dialogs" });
  await ann.page.getByRole("button", { name: "New room or message" }).click();
  await ann.page.getByRole("menuitem", { name: "Create a room" }).click();
  const name = ann.page.getByRole("dialog").getByRole("textbox").first();
  await name.fill("A name");
  await dropOn(ann, "dialog[open]", "notes.txt", "more.txt");
  const said = line(ann).getByText("2 files were added to your next message in dialogs.");
  await said.waitFor();
  expect(await name.inputValue()).toBe("A name");
  await ann.page.getByRole("button", { name: "Close" }).click();
  await sees(ann, ["notes.txt", "more.txt"]);
  await ann.leave();
});

test("where nothing can be added the file is refused, and the page stays", async () => {
  const news = await makeRoom(server, "boss", { name: "News" });
  await server.ask("boss", "PATCH", `rooms/${news}`, { readOnly: true });
  const ann = await Person.enter(browser, server, "Ann", { room: news });
  await ann.page.locator(".composer-closed").waitFor();
  await dropOn(ann, ".timeline", "notes.txt");
  await line(ann).getByText("Files cannot be added here. Only moderators and owners write here.").waitFor();
  await ann.page.goto(`${server.url}/feeds`);
  await ann.page.locator(".sidebar").waitFor();
  await dropOn(ann, "body", "notes.txt");
  await line(ann).getByText("Files can be added where a room is open.").waitFor();
  expect(new URL(ann.page.url()).pathname).toBe("/feeds");

  const nobody = await Person.arrive(browser);
  await nobody.page.goto(server.url);
  await nobody.page.getByRole("textbox").first().waitFor();
  await dropOn(nobody, "body", "notes.txt");
  await line(nobody).getByText("Files can be added where a room is open.").waitFor();
  expect(nobody.page.url()).toBe(`${server.url}/`);
  await nobody.leave();
  await ann.leave();
});
