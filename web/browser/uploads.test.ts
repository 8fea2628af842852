// Files on their way to the server: how far they are is seen, what is cut off is told and tried again with nothing lost, and
// the browser asks before the page goes with them.

import type { Browser, CDPSession, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, setMember } from "./crew";
import { Front } from "./front";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

/** A file that is on its way for half a minute over a line of this many bytes a second. */
const FILE_BYTES = 1_500_000;
const SLOW_LINE = 50_000;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const file = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(FILE_BYTES, "a line of text\n") });
const upload = (page: Page, name: string): Locator => page.locator(".tray-file", { hasText: name });
const stored = (page: Page, name: string): Locator => upload(page, name).and(page.locator('[data-state="stored"]'));
const bar = (page: Page, name: string): Locator => page.getByRole("progressbar", { name: `Uploading ${name}` });
const shareOf = (page: Page, name: string): Promise<number> => bar(page, name).evaluate((element: HTMLProgressElement) => element.value / element.max);

/** Lets so many bytes a second out of the page; -1: as many as go. */
async function line(tools: CDPSession, bytesPerSecond: number): Promise<void> {
  await tools.send("Network.enable");
  await tools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond });
}

/** Somebody over a slow line, with something typed and a file of which a part has left. */
async function underWay(room: string): Promise<{ ann: Person; tools: CDPSession }> {
  const ann = await Person.enter(browser, server, "Ann", { room });
  await ann.connected();
  const tools = await ann.context.newCDPSession(ann.page);
  await line(tools, SLOW_LINE);
  await ann.field.pressSequentially("goes with the file");
  await ann.page.locator("#attach").setInputFiles([file("minutes.txt")]);
  await expect.poll(() => shareOf(ann.page, "minutes.txt"), { timeout: SOON_MS }).toBeGreaterThan(0);
  return { ann, tools };
}

/** Sends what is written and attached, which arrives whole. */
async function sendsIt(person: Person, room: string): Promise<void> {
  await person.page.getByRole("button", { name: "Send" }).click();
  await expect.poll(async () => (await server.log(room)).map(({ text }) => text), { timeout: SOON_MS }).toEqual(["goes with the file"]);
  const [message] = (await server.log(room)) as unknown as { attachments: { name: string; size: number }[] }[];
  expect(message?.attachments.map(({ name, size }) => ({ name, size }))).toEqual([{ name: "minutes.txt", size: FILE_BYTES }]);
}

test("how much of a file has left is shown, and grows until it is stored", async () => {
  const { ann, tools } = await underWay("slow");
  const first = await shareOf(ann.page, "minutes.txt");
  expect(first).toBeLessThan(1);
  await expect.poll(() => shareOf(ann.page, "minutes.txt"), { timeout: SOON_MS }).toBeGreaterThan(first);
  expect(await ann.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await line(tools, -1);
  await stored(ann.page, "minutes.txt").waitFor();
  expect(await bar(ann.page, "minutes.txt").count()).toBe(0);
  await sendsIt(ann, "slow");
  await ann.leave();
});

test("a server that ends amid an upload and comes back: what happened is said, text and file stay, and another try stores it", async () => {
  const { ann, tools } = await underWay("ended");
  await server.kill();
  const said = upload(ann.page, "minutes.txt").getByRole("alert");
  await expect.poll(() => said.textContent(), { timeout: SOON_MS }).toContain("minutes.txt was not uploaded. The server cannot be reached");
  expect(await ann.field.inputValue()).toBe("goes with the file");
  await line(tools, -1);
  // Still without a server: it is said again, and nothing is lost by asking.
  const failed = ann.page.waitForEvent("requestfailed", (request) => request.url().includes("/files?"));
  await upload(ann.page, "minutes.txt").getByRole("button", { name: "Try again" }).click();
  await failed;
  await said.waitFor();
  await server.start();
  await upload(ann.page, "minutes.txt").getByRole("button", { name: "Try again" }).click();
  await stored(ann.page, "minutes.txt").waitFor();
  expect(await said.count()).toBe(0);
  expect(await ann.field.inputValue()).toBe("goes with the file");
  await sendsIt(ann, "ended");
  await ann.leave();
});

test("a proxy that cuts the connection amid an upload: the same", async () => {
  const front = await Front.start(server);
  const ann = await Person.arrive(browser);
  await ann.page.addInitScript(`sessionStorage.setItem("roomstream.token", ${JSON.stringify(server.token("ann", "Ann"))});`);
  await ann.page.goto(`${front.url}/rooms/proxied`);
  await ann.loaded();
  await ann.connected();
  front.cutsUploads = true;
  await ann.field.pressSequentially("goes with the file");
  await ann.page.locator("#attach").setInputFiles([file("minutes.txt")]);
  const said = upload(ann.page, "minutes.txt").getByRole("alert");
  await expect.poll(() => said.textContent(), { timeout: SOON_MS }).toContain("minutes.txt was not uploaded. The server cannot be reached");
  expect(await ann.field.inputValue()).toBe("goes with the file");
  // Nothing of it is there but in the tray: what was cut off is not listed, nor sent.
  expect(await server.log("proxied")).toEqual([]);
  front.cutsUploads = false;
  await upload(ann.page, "minutes.txt").getByRole("button", { name: "Try again" }).click();
  await stored(ann.page, "minutes.txt").waitFor();
  await sendsIt(ann, "proxied");
  await ann.leave();
  await front.close();
});

/** Bo in a private room of Ann's, with a file stored that he has not sent. */
async function withFile(name: string): Promise<{ room: string; bo: Person }> {
  const room = await makeRoom(server, "ann", { name, type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const bo = await Person.enter(browser, server, "Bo", { room });
  await bo.connected();
  await bo.page.locator("#attach").setInputFiles([file("minutes.txt")]);
  await stored(bo.page, "minutes.txt").waitFor();
  return { room, bo };
}

test("of a room that one is taken out of the chosen file is still seen, and the browser asks for it only there", async () => {
  const { room, bo } = await withFile("Out");
  await server.ask("ann", "DELETE", `rooms/${room}/members/bo`);
  await bo.page.getByText("You were taken out of this room.").first().waitFor();
  await stored(bo.page, "minutes.txt").waitFor();
  const dialog = bo.page.waitForEvent("dialog");
  await bo.page.evaluate(() => void location.reload());
  expect((await dialog).type()).toBe("beforeunload");
  bo.troubles.splice(0); // that question
  await bo.page.evaluate(() => history.pushState(null, "", "/rooms/elsewhere"));
  await bo.page.evaluate(() => window.dispatchEvent(new PopStateEvent("popstate")));
  await expect.poll(() => bo.page.locator(".tray-file").count(), { timeout: SOON_MS }).toBe(0);
  await bo.page.reload(); // a question would be a trouble, which leave() tells
  await bo.loaded();
  await bo.leave();
});

test("where one may not write any more the chosen file can be taken out", async () => {
  const { room, bo } = await withFile("Read");
  await setMember(server, "ann", room, "bo", "reader");
  await bo.page.locator(".composer-closed").waitFor();
  await bo.page.getByRole("button", { name: "Remove minutes.txt" }).click();
  await expect.poll(() => bo.page.locator(".tray-file").count(), { timeout: SOON_MS }).toBe(0);
  await bo.page.reload();
  await bo.loaded();
  await bo.leave();
});

test("the browser asks before the page goes with an upload under way, and with a file not sent, and not otherwise", async () => {
  const { ann, tools } = await underWay("going");
  const { page } = ann;
  /** Tries to load the page anew, and stays. */
  const asked = async () => {
    const dialog = page.waitForEvent("dialog");
    await page.evaluate(() => void location.reload());
    expect((await dialog).type()).toBe("beforeunload");
    ann.troubles.splice(0); // that question
  };
  await asked();
  await line(tools, -1);
  await stored(page, "minutes.txt").waitFor();
  await asked();
  // It stands in another room's tray by now.
  await page.evaluate(() => history.pushState(null, "", "/rooms/elsewhere"));
  await page.evaluate(() => window.dispatchEvent(new PopStateEvent("popstate")));
  await expect.poll(() => page.locator(".tray-file").count(), { timeout: SOON_MS }).toBe(0);
  await asked();
  await page.goBack();
  await sendsIt(ann, "going");
  await expect.poll(() => page.locator(".attachment-name").allTextContents(), { timeout: SOON_MS }).toEqual(["minutes.txt"]);
  // Nothing is asked, which leave() sees: any dialog is a trouble. The same of a file that was taken out again.
  await page.reload();
  await ann.loaded();
  await ann.field.pressSequentially("a draft is kept");
  await page.locator("#attach").setInputFiles([file("second.txt")]);
  await stored(page, "second.txt").waitFor();
  await page.getByRole("button", { name: "Remove second.txt" }).click();
  await page.reload();
  await ann.loaded();
  expect(await ann.field.inputValue()).toBe("a draft is kept");
  await ann.leave();
});
