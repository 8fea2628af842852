// Images are looked at large, one after the other; films and sounds are played where they stand.

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser, type Theme } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** A request for a file itself, not for its thumbnail. */
const ORIGINAL = /\/files\/[^/?]+\?token=/;

interface Sent {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A picture of the page's own making. */
async function picture(person: Person, name: string, width: number, height: number): Promise<Sent> {
  const data = await person.page.evaluate(
    ([w, h]) => {
      const canvas = document.createElement("canvas");
      canvas.width = w;
      canvas.height = h;
      const pen = canvas.getContext("2d");
      if (!pen) throw new Error("no canvas");
      pen.fillStyle = "#0a6e66";
      pen.fillRect(0, 0, w, h);
      return canvas.toDataURL("image/png");
    },
    [width, height] as const,
  );
  return { name, mimeType: "image/png", buffer: Buffer.from(data.slice(data.indexOf(",") + 1), "base64") };
}

/** Half a second of silence: 8,000 samples of 8 bits a second. */
function sound(name: string): Sent {
  const samples = 4_000;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // channels
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples, 40);
  return { name, mimeType: "audio/wav", buffer: Buffer.concat([head, Buffer.alloc(samples, 128)]) };
}

/** The first box of an MP4: enough for the server to know what it is, and too little to be played. */
function film(name: string): Sent {
  const buffer = Buffer.alloc(64);
  buffer.writeUInt32BE(32, 0);
  buffer.write("ftypisom", 4);
  buffer.write("isommp42", 16);
  buffer.writeUInt32BE(32, 32);
  buffer.write("mdat", 36);
  return { name, mimeType: "video/mp4", buffer };
}

/** A second of a square that moves, recorded on the page. */
async function recording(person: Person, name: string): Promise<Sent> {
  const bytes = await person.page.evaluate(async () => {
    const secondMs = 1_000;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [320, 180];
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no canvas");
    const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (const begun = performance.now(); performance.now() - begun < secondMs; ) {
      const passed = (performance.now() - begun) / secondMs;
      pen.fillStyle = "#0a6e66";
      pen.fillRect(0, 0, 320, 180);
      pen.fillStyle = "#5fd3c3";
      pen.fillRect(passed * 260, 60, 60, 60);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    recorder.stop();
    await ended;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  return { name, mimeType: "video/webm", buffer: Buffer.from(bytes) };
}

async function send(person: Person, files: Sent[]): Promise<void> {
  await person.connected();
  const logged = person.page.locator('[data-state="logged"][data-seq] .attachments');
  const before = await logged.count();
  await person.page.locator("#attach").setInputFiles(files);
  await expect.poll(() => person.page.locator('.tray-file[data-state="stored"]').count(), { timeout: SOON_MS }).toBe(files.length);
  await person.page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => logged.count(), { timeout: SOON_MS }).toBe(before + 1);
}

const dialog = (person: Person): Locator => person.page.getByRole("dialog");
const image = (person: Person): Locator => dialog(person).locator("img");
const widthOf = async (person: Person): Promise<number> => (await image(person).boundingBox())?.width ?? 0;
const title = (person: Person): Promise<string | null> => dialog(person).getByRole("heading").textContent();

/** Waits until the image is there and as wide as this. */
async function isWide(person: Person, width: number): Promise<void> {
  await expect.poll(() => image(person).evaluate((img: HTMLImageElement) => (img.complete && img.naturalWidth > 0 ? Math.round(img.getBoundingClientRect().width) : 0)), { timeout: SOON_MS }).toBe(width);
}

/** Waits until the focus is on what is called so. */
async function hasFocus(person: Person, label: string): Promise<void> {
  await expect.poll(() => person.page.evaluate(() => document.activeElement?.getAttribute("aria-label")), { timeout: SOON_MS }).toBe(label);
}

test("an image opens by key, zooms by keys, buttons and wheel within bounds, and Escape leads back to it", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "zoom" });
  await send(ann, [await picture(ann, "wide.png", 640, 320)]);
  await ann.page.getByRole("button", { name: "Open wide.png" }).press("Enter");
  await dialog(ann).waitFor();
  expect(await title(ann)).toBe("wide.png");
  await isWide(ann, 640); // there is room for all of it
  expect(await dialog(ann).getByRole("button", { name: "Next image" }).count()).toBe(0);

  await ann.page.keyboard.press("+");
  await isWide(ann, 800);
  await ann.page.keyboard.press("-");
  await isWide(ann, 640);
  await ann.page.keyboard.press("-"); // it is never smaller than it fits
  expect(Math.round(await widthOf(ann))).toBe(640);
  await dialog(ann).getByRole("button", { name: "Zoom in" }).click();
  await isWide(ann, 800);
  await dialog(ann).getByText("125%", { exact: true }).waitFor();
  await dialog(ann).getByRole("button", { name: "Fit", exact: true }).click();
  await isWide(ann, 640);

  const box = await image(ann).boundingBox();
  await ann.page.mouse.move((box?.x ?? 0) + 320, (box?.y ?? 0) + 160);
  await ann.page.mouse.wheel(0, -400);
  await isWide(ann, 1280);
  for (let i = 0; i < 20; i++) await ann.page.keyboard.press("+");
  await isWide(ann, 8 * 640);
  expect(await dialog(ann).getByRole("button", { name: "Zoom in" }).getAttribute("aria-disabled")).toBe("true");

  // Larger than the window it is moved: by mouse, and by the keys that otherwise lead to other images.
  const frame = dialog(ann).getByRole("group", { name: "Image shown" });
  const scrolled = () => frame.evaluate((element) => [Math.round(element.scrollLeft), Math.round(element.scrollTop)]);
  const before = await scrolled();
  const place = await frame.boundingBox();
  const middle = { x: (place?.x ?? 0) + (place?.width ?? 0) / 2, y: (place?.y ?? 0) + (place?.height ?? 0) / 2 };
  await ann.page.mouse.move(middle.x, middle.y);
  await ann.page.mouse.down();
  await ann.page.mouse.move(middle.x + 50, middle.y + 30, { steps: 5 });
  await ann.page.mouse.up();
  expect(await scrolled()).toEqual([(before[0] ?? 0) - 50, (before[1] ?? 0) - 30]);
  await ann.page.mouse.move(middle.x, middle.y); // with no button down
  expect(await scrolled()).toEqual([(before[0] ?? 0) - 50, (before[1] ?? 0) - 30]);
  await ann.page.keyboard.press("ArrowRight");
  expect(await scrolled()).toEqual([(before[0] ?? 0) + 30, (before[1] ?? 0) - 30]);
  await ann.page.keyboard.press("0");
  await isWide(ann, 640);

  const link = dialog(ann).getByRole("link", { name: "Open the original" });
  const opened = ann.context.waitForEvent("page");
  await link.click();
  const tab = await opened;
  await tab.waitForURL(ORIGINAL);
  await tab.close();
  const saved = ann.page.waitForEvent("download");
  await dialog(ann).getByRole("link", { name: "Download" }).click();
  expect((await saved).suggestedFilename()).toBe("wide.png");

  await ann.page.keyboard.press("Escape");
  await dialog(ann).waitFor({ state: "detached" });
  await hasFocus(ann, "Open wide.png");
  await ann.leave();
});

test("left and right lead round the images of the message, and past what is none", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "round" });
  await send(ann, [await picture(ann, "first.png", 300, 200), sound("between.wav"), await picture(ann, "second.png", 200, 300), await picture(ann, "huge.png", 3000, 300)]);
  await ann.page.getByRole("button", { name: "Open second.png" }).click();
  await isWide(ann, 200);
  await dialog(ann).getByText("2 of 3", { exact: true }).waitFor();
  await ann.page.keyboard.press("+");
  await isWide(ann, 250);
  await ann.page.keyboard.press("ArrowRight");
  await expect.poll(() => title(ann)).toBe("huge.png");
  // It is made to fit, whatever the last one was.
  await expect.poll(async () => Math.round(await widthOf(ann)), { timeout: SOON_MS }).toBeGreaterThan(900);
  expect(await widthOf(ann)).toBeLessThanOrEqual(1100);
  await ann.page.keyboard.press("ArrowRight");
  await expect.poll(() => title(ann)).toBe("first.png");
  await isWide(ann, 300);
  await dialog(ann).getByRole("button", { name: "Previous image" }).click();
  await dialog(ann).getByRole("button", { name: "Previous image" }).click();
  await expect.poll(() => title(ann)).toBe("second.png");
  await hasFocus(ann, "Previous image");
  await ann.page.keyboard.press("ArrowLeft");
  await expect.poll(() => title(ann)).toBe("first.png");
  await dialog(ann).getByRole("button", { name: "Close" }).click();
  await dialog(ann).waitFor({ state: "detached" });
  await hasFocus(ann, "Open second.png");
  await ann.leave();
});

test("what cannot be loaded is said, and can be tried again", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "broken" });
  await send(ann, [await picture(ann, "wide.png", 640, 320)]);
  await ann.page.route(ORIGINAL, (route) => route.fulfill({ status: 503, body: "" }));
  await ann.page.getByRole("button", { name: "Open wide.png" }).click();
  await dialog(ann).getByRole("alert").getByText("could not be loaded", { exact: false }).waitFor();
  await ann.page.unroute(ORIGINAL);
  await dialog(ann).getByRole("button", { name: "Try again" }).click();
  await isWide(ann, 640);
  expect(await dialog(ann).getByRole("alert").count()).toBe(0);
  await ann.leave();
});

test("a sound is played where it stands, and takes no more place when it is loaded", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "sounds" });
  let asked = 0;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route(ORIGINAL, async (route) => {
    const isFirst = ++asked === 1;
    await held;
    // The first address is not good any more by the time it is used: another one is asked for.
    if (isFirst) return route.fulfill({ status: 401, body: "" });
    return route.continue();
  });
  await send(ann, [sound("tone.wav")]);
  const player = ann.page.locator("audio.attachment-audio");
  await player.waitFor();
  await expect.poll(() => asked, { timeout: SOON_MS }).toBe(1);
  const height = (await player.boundingBox())?.height;
  release();
  await expect.poll(() => player.evaluate((audio: HTMLAudioElement) => audio.duration || 0), { timeout: SOON_MS }).toBeCloseTo(0.5, 2);
  expect(await player.evaluate((audio: HTMLAudioElement) => [audio.controls, audio.autoplay, audio.paused, audio.preload, audio.getAttribute("aria-label")])).toEqual([true, false, true, "metadata", "tone.wav"]);
  expect((await player.boundingBox())?.height).toBe(height);
  await player.evaluate((audio: HTMLAudioElement) => audio.play());
  await expect.poll(() => player.evaluate((audio: HTMLAudioElement) => audio.ended), { timeout: SOON_MS }).toBe(true);
  expect(await ann.page.locator(".attachment-card", { hasText: "tone.wav" }).count()).toBe(1);
  await ann.leave();
});

test("what fails again without having played is asked for once more, not for ever", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "damaged" });
  await send(ann, [sound("damaged.wav")]);
  const player = ann.page.locator("audio.attachment-audio");
  // As the frames behind a good head do, each time it was loaded.
  for (let i = 0; i < 2; i++) {
    await expect.poll(() => player.evaluate((audio: HTMLAudioElement) => audio.duration || 0)).toBeGreaterThan(0);
    const before = await player.elementHandle();
    await player.evaluate((audio) => audio.dispatchEvent(new Event("error")));
    await expect.poll(() => before?.evaluate((audio) => audio.isConnected)).toBe(false);
  }
  await ann.page.locator(".attachment-failed").getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => player.evaluate((audio: HTMLAudioElement) => audio.duration || 0)).toBeGreaterThan(0);
  await ann.leave();
});

test("a film has its place before it is loaded, and what cannot be played says so there", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "films", width: 390, height: 844 });
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await ann.page.route(ORIGINAL, async (route) => {
    await held;
    await route.continue();
  });
  await send(ann, [film("clip.mp4")]);
  const player = ann.page.locator("video.attachment-video");
  await player.waitFor();
  const box = await player.boundingBox();
  expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(16 / 9, 1);
  release();
  const failed = ann.page.locator(".attachment-video.attachment-failed");
  await failed.getByText("cannot play it", { exact: false }).waitFor();
  const after = await failed.boundingBox();
  expect([after?.width, after?.height]).toEqual([box?.width, box?.height]);
  await ann.leave();
});

test("a film is played where it stands, for the other as well", async () => {
  const room = "recorded";
  const ann = await Person.enter(browser, server, "Ann", { room });
  const bo = await Person.enter(browser, server, "Bo", { room });
  await send(ann, [await recording(ann, "square.webm")]);
  for (const person of [ann, bo]) {
    const player = person.page.locator("video.attachment-video");
    await player.waitFor();
    const seen = () => player.evaluate((video: HTMLVideoElement) => [video.videoWidth, video.videoHeight]);
    await expect.poll(seen, { timeout: SOON_MS }).toEqual([320, 180]);
    expect(await player.evaluate((video: HTMLVideoElement) => [video.controls, video.paused, video.currentTime])).toEqual([true, true, 0]);
    await player.evaluate((video: HTMLVideoElement) => video.play());
    await expect.poll(() => player.evaluate((video: HTMLVideoElement) => video.currentTime), { timeout: SOON_MS }).toBeGreaterThan(0.3);
    expect(await player.evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames)).toBeGreaterThan(1);
    expect(await person.page.locator(".attachment-failed").count()).toBe(0);
  }
  await ann.leave();
  await bo.leave();
});

test("an image whose message is deleted goes, and it is said why", async () => {
  const room = "gone";
  const ann = await Person.enter(browser, server, "Ann", { room });
  const bo = await Person.enter(browser, server, "Bo", { room });
  await send(ann, [await picture(ann, "secret.png", 64, 64)]);
  await send(ann, [await picture(ann, "other.png", 64, 64)]);
  const seqs = (await server.log(room)).map(({ seq }) => seq);
  for (const [at, name] of ["secret.png", "other.png"].entries()) {
    await bo.page.getByRole("button", { name: `Open ${name}` }).click();
    await isWide(bo, 64);
    // That another message goes changes nothing.
    if (at === 1) await server.post(room, "still there?");
    else {
      await server.ask("ann", "DELETE", `rooms/${room}/messages/${seqs[at]}`);
      await dialog(bo).waitFor({ state: "detached" });
      await bo.page.getByRole("status").filter({ hasText: "This message was deleted." }).first().waitFor();
    }
  }
  await bo.bubble("still there?").waitFor({ state: "attached" });
  expect(await title(bo)).toBe("other.png");
  await Promise.all([ann.leave(), bo.leave()]);
});

test.each(["light", "dark"] as Theme[])("%s, 320 px: nothing sticks out, and axe finds nothing", async (theme) => {
  const room = `look-${theme}`;
  const ann = await Person.enter(browser, server, "Ann", { room, width: 320, height: 640, theme, before: (page) => page.addInitScript(AXE) });
  const name = `a-rather-long-name-of-a-picture-${"that-goes-on-".repeat(6)}.png`;
  await send(ann, [await picture(ann, name, 1280, 640), await picture(ann, "other.png", 64, 64), sound("tone.wav")]);
  await expect.poll(() => ann.page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.duration || 0), { timeout: SOON_MS }).toBeGreaterThan(0);
  expect(await faultsOf(ann.page)).toEqual([]);
  expect(await ann.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await ann.page.getByRole("button", { name: `Open ${name}` }).click();
  await expect.poll(() => image(ann).evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth), { timeout: SOON_MS }).toBe(1280);
  for (const zoomed of [false, true]) {
    if (zoomed) await ann.page.keyboard.press("+");
    expect(await faultsOf(ann.page)).toEqual([]);
    const sticking = await dialog(ann).evaluate((element) =>
      [element, ...element.querySelectorAll("button, a, h2, p, .lightbox-frame")].filter((part) => {
        const { left, right, top, bottom } = part.getBoundingClientRect();
        return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight;
      }).map((part) => part.outerHTML.slice(0, 80)),
    );
    expect(sticking).toEqual([]);
  }
  await ann.leave();
});
