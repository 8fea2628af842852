// Files are chosen, dropped and pasted, sent, and seen by others.

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { row } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start("-max-file-size", "512KiB")]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** A picture of the page's own making, as PNG. */
async function picture(person: Person, width: number, height: number): Promise<Buffer> {
  const data = await person.page.evaluate(
    ([w, h]) => {
      const canvas = document.createElement("canvas");
      canvas.width = w;
      canvas.height = h;
      const pen = canvas.getContext("2d");
      if (!pen) throw new Error("no canvas");
      const sky = pen.createLinearGradient(0, 0, w, h);
      sky.addColorStop(0, "#5fd3c3");
      sky.addColorStop(1, "#0a6e66");
      pen.fillStyle = sky;
      pen.fillRect(0, 0, w, h);
      return canvas.toDataURL("image/png");
    },
    [width, height] as const,
  );
  return Buffer.from(data.slice(data.indexOf(",") + 1), "base64");
}

const tray = (person: Person): Locator => person.page.locator(".tray-file");
const chooser = (person: Person): Locator => person.page.locator("#attach");

test("what one attaches the others see: pictures as previews, the rest as cards", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "files", width: 390, height: 844 });
  const bo = await Person.enter(browser, server, "Bo", { room: "files" });
  const spoken = bo.page.locator('[role="log"] p');
  await chooser(ann).setInputFiles([{ name: "first.txt", mimeType: "text/plain", buffer: Buffer.from("just a text\n") }]);
  await ann.page.locator('.tray-file[data-state="stored"]').waitFor();
  await ann.page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => spoken.allTextContents(), { timeout: SOON_MS }).toEqual(["Ann sent 1 file: first.txt"]);
  await expect.poll(() => row(bo, "files").locator(".room-row-preview").textContent(), { timeout: SOON_MS }).toBe("Ann: 1 file");
  await chooser(ann).setInputFiles([
    { name: "wide.png", mimeType: "image/png", buffer: await picture(ann, 640, 320) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("just a text\n") },
  ]);
  await expect.poll(() => ann.page.locator('.tray-file[data-state="stored"]').count(), { timeout: SOON_MS }).toBe(2);
  await ann.say("Both are here");
  await expect.poll(() => spoken.allTextContents(), { timeout: SOON_MS }).toEqual(["Ann sent 1 file: first.txt", "Ann: Both are here (with 2 files: wide.png, notes.txt)"]);
  for (const person of [ann, bo]) {
    await person.sees(["Both are here"]);
    const image = person.page.locator(".attachment-image img");
    await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth), { timeout: SOON_MS }).toBe(512);
    const bubble = await person.bubble("Both are here").locator(".bubble").boundingBox();
    const box = await person.page.locator(".attachment-image").boundingBox();
    expect(Math.round((box?.width ?? 0) / (box?.height ?? 1))).toBe(2);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((bubble?.x ?? 0) + (bubble?.width ?? 0));
    expect(await person.page.locator(".attachment-card").last().textContent()).toContain("notes.txt");
    expect(await sticksOut(person.page, [])).toEqual([]);
  }
  expect(await tray(ann).count()).toBe(0);
  expect(await ann.field.inputValue()).toBe("");
  await ann.leave();
  await bo.leave();
});

test("a picture is pasted and a file dropped, and a message may have no text", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "dropped" });
  await ann.page.evaluate(() => {
    const carried = (name: string) => {
      const data = new DataTransfer();
      data.items.add(new File(["some text"], name, { type: "text/plain" }));
      return data;
    };
    document.querySelector("#composer")?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried("pasted.txt"), bubbles: true }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carried("dropped.txt"), bubbles: true, cancelable: true }));
  });
  await expect.poll(() => ann.page.locator('.tray-file[data-state="stored"]').count(), { timeout: SOON_MS }).toBe(2);
  await ann.page.getByRole("button", { name: "Remove pasted.txt" }).click();
  await ann.page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => ann.page.locator(".attachment-name").allTextContents(), { timeout: SOON_MS }).toEqual(["dropped.txt"]);
  await ann.leave();
});

test("a picture that was copied is pasted by its key", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "pasted" });
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ann.connected();
  const png = [...(await picture(ann, 320, 160))];
  await ann.field.focus(); // the clipboard is only written to by a page with the focus
  await ann.page.evaluate((bytes) => navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([new Uint8Array(bytes)], { type: "image/png" }) })]), png);
  await ann.field.press("Control+v");
  await ann.page.locator('.tray-file[data-state="stored"]').waitFor();
  await ann.page.getByRole("button", { name: "Send" }).click();
  const image = ann.page.locator(".attachment-image img");
  await expect.poll(() => image.evaluate((img: HTMLImageElement) => [img.complete, img.naturalWidth, img.naturalHeight]), { timeout: SOON_MS }).toEqual([true, 320, 160]);
  expect(await ann.page.locator(".attachment-image").count()).toBe(1);
  await ann.leave();
});

test("a file goes on being uploaded while one edits a message", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "meanwhile" });
  await ann.say("before");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route("**/files?**", async (route) => {
    await held;
    await route.continue();
  });
  await chooser(ann).setInputFiles([{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("just a text\n") }]);
  await ann.page.locator('.tray-file[data-state="uploading"]').waitFor();
  await (await ann.openMenu("before")).getByRole("menuitem", { name: "Edit" }).click();
  await ann.editField.press("Escape");
  release();
  await ann.page.locator('.tray-file[data-state="stored"]').waitFor();
  await ann.leave();
});

test("a file that is too large or empty is refused before it is uploaded, and one of a wrong kind afterwards", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "refused" });
  const uploads: string[] = [];
  ann.page.on("request", (request) => {
    if (request.method() === "POST" && request.url().includes("/files?")) uploads.push(new URL(request.url()).searchParams.get("name") ?? "");
  });
  await ann.connected();
  await chooser(ann).setInputFiles([
    { name: "page.html", mimeType: "text/html", buffer: Buffer.from("<!DOCTYPE html><html>") },
    { name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(600_000, "x") },
    { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
  ]);
  const lines = ann.page.locator(".tray-refused p");
  await expect.poll(() => lines.allTextContents(), { timeout: SOON_MS }).toEqual([
    "“large.txt” was not added: it has 586 KiB, and a file may have 512 KiB.",
    "“empty.txt” is empty, and was not added.",
  ]);
  await ann.page.locator('.tray-file[data-state="failed"]', { hasText: "page.html" }).waitFor();
  expect(await ann.page.getByRole("button", { name: "Try again" }).count()).toBe(0);
  expect(uploads).toEqual(["page.html"]);
  expect(await ann.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await ann.page.getByRole("button", { name: "Remove page.html" }).click();
  await expect.poll(() => tray(ann).count()).toBe(0);
  ann.troubles.splice(0); // the browser's own word about 415
  await ann.leave();
});

test("an upload that is cut off says so and is tried again, one that is given up goes, and the others stay", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "cut" });
  await ann.connected();
  const given: string[] = [];
  let cut = true;
  await ann.page.route("**/files?**", async (route) => {
    const name = new URL(route.request().url()).searchParams.get("name");
    if (name === "endless.txt") return; // never answered
    if (name === "cut.txt" && cut) return route.abort("connectionreset");
    await route.continue();
  });
  ann.page.on("requestfailed", (request) => given.push(new URL(request.url()).searchParams.get("name") ?? ""));
  const file = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(`this is ${name}\n`) });
  await chooser(ann).setInputFiles([file("cut.txt"), file("endless.txt"), file("whole.txt")]);
  const upload = (name: string) => ann.page.locator(".tray-file", { hasText: name });
  await upload("cut.txt").getByText("cut.txt was not uploaded. The server cannot be reached").waitFor();
  expect(await upload("endless.txt").getByRole("progressbar", { name: "Uploading endless.txt" }).count()).toBe(1);
  await upload("whole.txt").and(ann.page.locator('[data-state="stored"]')).waitFor();
  await ann.page.getByRole("button", { name: "Remove endless.txt" }).click();
  await expect.poll(() => given, { timeout: SOON_MS }).toContain("endless.txt");
  cut = false;
  await upload("cut.txt").getByRole("button", { name: "Try again" }).click();
  await upload("cut.txt").and(ann.page.locator('[data-state="stored"]')).waitFor();
  // They are still there when one comes back to the room.
  await ann.page.evaluate(() => history.pushState(null, "", "/feeds"));
  await ann.page.evaluate(() => window.dispatchEvent(new PopStateEvent("popstate")));
  await ann.field.waitFor({ state: "detached" });
  await ann.page.goBack();
  await expect.poll(() => tray(ann).locator(".tray-name").allTextContents(), { timeout: SOON_MS }).toEqual(["cut.txt", "whole.txt"]);
  await ann.page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => ann.page.locator(".attachment-name").allTextContents(), { timeout: SOON_MS }).toEqual(["cut.txt", "whole.txt"]);
  await ann.leave();
});

test("a file that cannot be opened is told of, with the reason; a picture without its preview stands there by its name", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "unopened" });
  await chooser(ann).setInputFiles([
    { name: "wide.png", mimeType: "image/png", buffer: await picture(ann, 640, 320) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("just a text\n") },
  ]);
  await expect.poll(() => ann.page.locator('.tray-file[data-state="stored"]').count(), { timeout: SOON_MS }).toBe(2);
  await ann.say("Both are here");
  await ann.page.locator(".attachment-image img").waitFor();
  let away = true;
  const bo = await Person.enter(browser, server, "Bo", {
    room: "unopened",
    before: (page) => page.route(/\/files\/[^/]+\/url$/, (route) => (away ? route.abort() : route.continue())),
  });
  const cards = bo.page.locator(".attachment-card");
  await expect.poll(() => cards.locator(".attachment-name").allTextContents(), { timeout: SOON_MS }).toEqual(["wide.png", "notes.txt"]);
  await cards.last().click();
  const problem = bo.page.getByRole("alert").filter({ hasText: /^notes\.txt could not be opened\. The server cannot be reached$/ });
  await problem.waitFor();
  const asked: string[] = [];
  bo.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  away = false;
  await cards.last().click();
  await problem.waitFor({ state: "detached" });
  await expect.poll(() => asked.some((path) => /\/files\/[^/]+$/.test(path)), { timeout: SOON_MS }).toBe(true);
  await ann.leave();
  await bo.leave();
});
