// What a screen reader is given to say while three people talk, and when something goes wrong.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
import { readToBeginning } from "./walk";
import { answerFor } from "./wire";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Notes each line that comes into the polite region, and each that changes there: both are read aloud. */
function record(): void {
  const spoken: string[] = [];
  Object.assign(window, { spoken });
  const isSpoken = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest('[role="log"][aria-live="polite"]') !== null;
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "characterData" && isSpoken(target)) spoken.push(target.textContent ?? "");
      for (const added of addedNodes) if (isSpoken(added) && added.textContent) spoken.push(added.textContent);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
}

const spokenOn = (page: Page): Promise<string[]> => page.evaluate(() => (window as unknown as { spoken: string[] }).spoken);

test("three people write, change, delete and answer: each message of another is said once, and nothing else", async () => {
  await server.postAll("round", ["said long ago", "and a little later"]);
  await server.post("aside", "another room");
  const ann = await Person.enter(browser, server, "Ann", { room: "round", before: (page) => page.addInitScript(record) });
  const bo = await Person.enter(browser, server, "Bo", { room: "round" });
  const cleo = await Person.enter(browser, server, "Cleo", { room: "round" });
  for (const person of [ann, bo, cleo]) await person.sees(["said long ago", "and a little later"]);
  const transcript: string[] = [];
  const says = async (line: string) => {
    transcript.push(line);
    await expect.poll(() => spokenOn(ann.page)).toEqual(transcript);
  };

  await bo.say("who has the **keys**?");
  await says("Bo: who has the keys?");
  await ann.say("not me");
  await cleo.bubble("not me").waitFor();
  await cleo.say("I hav them");
  await says("Cleo: I hav them");

  // What is changed or deleted was said; who wants to know reads it there.
  await (await cleo.openMenu("I hav them")).getByRole("menuitem", { name: "Edit" }).press("Enter");
  await cleo.editField.fill("I have them");
  await cleo.editField.press("Enter");
  await ann.bubble("I have them").waitFor();
  await bo.say("a slip");
  await says("Bo: a slip");
  await (await bo.openMenu("a slip")).getByRole("menuitem", { name: "Delete" }).press("Enter");
  await bo.page.getByRole("dialog").getByRole("button", { name: "Delete" }).press("Enter");
  await ann.bubble("This message was deleted.").waitFor();

  // An answer in a thread is said in the room it is in, once, whether its thread is open or not.
  const answer = async (person: Person, text: string) => {
    await person.page.getByRole("textbox", { name: "Reply in the thread" }).fill(text);
    await person.page.keyboard.press("Enter");
  };
  await (await bo.openMenu("who has the keys?")).getByRole("menuitem", { name: "Open thread" }).press("Enter");
  await answer(bo, "thank you");
  await says("Bo: thank you");
  await (await ann.openMenu("who has the keys?")).getByRole("menuitem", { name: "Open thread" }).press("Enter");
  await ann.page.locator(".thread").getByText("thank you").waitFor();
  await answer(ann, "good");
  await bo.page.locator(".thread").getByText("good").waitFor();
  await answer(bo, "at nine then");
  await says("Bo: at nine then");

  // Another room is not heard here, and what is come back to is history.
  await server.post("aside", "nobody hears this");
  await ann.page.locator("[data-room=aside]", { hasText: "nobody hears this" }).press("Enter"); // the row moves while it is told of
  await ann.bubble("nobody hears this").waitFor();
  await cleo.say("while she was away");
  await ann.page.locator("[data-room=round]", { hasText: "while she was away" }).press("Enter");
  await ann.bubble("while she was away").waitFor();
  await cleo.say("and back");
  await says("Cleo: and back");
  for (const person of [ann, bo, cleo]) await person.leave();
});

test("older messages that are read in are not said, and what comes then is", async () => {
  await server.postAll("shelf", Array.from({ length: 120 }, (_, i) => `leaf ${i + 1}`));
  const ann = await Person.enter(browser, server, "Ann", { room: "shelf", before: (page) => page.addInitScript(record) });
  const timeline = ann.page.locator("#messages");
  const bo = server.token("bo", "Bo");
  await server.post("shelf", "a new leaf", bo);
  await expect.poll(() => spokenOn(ann.page)).toEqual(["Bo: a new leaf"]);
  expect(await ann.bubble("leaf 1").count()).toBe(0);
  await readToBeginning(ann.page, SOON_MS); // two pages
  await ann.bubble("leaf 1").waitFor();
  // What stands there is silent, as is what stands around it.
  expect(await timeline.evaluate((element) => element.closest("[aria-live], [role=log], [role=status], [role=alert]") ?? element.querySelector("[aria-live], [role=log]"))).toBeNull();
  await server.post("shelf", "and one more", bo);
  await expect.poll(() => spokenOn(ann.page)).toEqual(["Bo: a new leaf", "Bo: and one more"]);
  await ann.leave();
});

/**
 * Notes what statuses and alerts say as it changes. A status that comes with its words is passed over: only what changes in
 * one that is there already is read by every screen reader. Read are the words without what is hidden from readers.
 */
function recordNotices(): void {
  const spoken: string[] = [];
  Object.assign(window, { spoken });
  const said = new WeakMap<Element, string>();
  const wordsOf = (region: Element) => {
    const copy = region.cloneNode(true) as Element;
    for (const hidden of copy.querySelectorAll('[aria-hidden="true"]')) hidden.remove();
    for (const button of copy.querySelectorAll("button")) button.prepend(" | ");
    return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
  };
  const look = (region: Element, isNew: boolean) => {
    const words = wordsOf(region);
    const role = region.getAttribute("role");
    if (words !== "" && words !== said.get(region) && (role === "alert" || !isNew)) spoken.push(`${role}: ${words}`);
    said.set(region, words);
  };
  const REGIONS = '[role="status"], [role="alert"]';
  new MutationObserver((changes) => {
    const fresh = new Set<Element>();
    const changed = new Set<Element>();
    for (const { target, addedNodes } of changes) {
      for (const added of addedNodes) {
        if (!(added instanceof Element)) continue;
        for (const region of [added, ...added.querySelectorAll("*")]) if (region.matches(REGIONS)) fresh.add(region);
      }
      const region = (target instanceof Element ? target : target.parentElement)?.closest(REGIONS);
      if (region) changed.add(region);
    }
    for (const region of new Set([...fresh, ...changed])) if (region.isConnected) look(region, fresh.has(region));
  }).observe(document, { childList: true, characterData: true, subtree: true });
}

test("a message refused, an upload cut off and a connection lost and back are each said once, and nothing else", async () => {
  let refuses = true;
  const ann = await Person.enter(browser, server, "Ann", {
    room: "mishaps",
    before: async (page) => {
      await answerFor(page, "send_message", () => {
        const answer = refuses ? { ok: false, error: { code: "FORBIDDEN", message: "the room is read-only", retryable: false } } : undefined;
        refuses = false;
        return answer;
      });
      await page.route("**/files?**", (route) => route.abort("connectionreset"));
      await page.addInitScript(recordNotices);
    },
  });
  await ann.connected();
  const transcript: string[] = [];
  const says = async (line: string) => {
    transcript.push(line);
    await expect.poll(() => spokenOn(ann.page)).toEqual(transcript);
  };
  expect(await spokenOn(ann.page)).toEqual([]); // that a page was opened is no news

  await ann.say("may I?");
  await says("alert: Not sent. The room is read-only | Retry | Discard");
  await ann.page.locator('[data-state="failed"]').getByRole("button", { name: "Retry" }).click();
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();

  await ann.page.locator("#attach").setInputFiles([{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("just a text\n") }]);
  await says("alert: notes.txt was not uploaded. The server cannot be reached | Try again");
  await ann.page.locator(".tray-file").getByRole("button", { name: "Try again" }).click();
  await says("alert: notes.txt was not uploaded. The server cannot be reached | Try again"); // once for each try

  await ann.context.setOffline(true);
  await says("status: No connection. | Retry now");
  await ann.context.setOffline(false);
  await says("status: Connected again.");
  // A second loss is said as the first was.
  await ann.context.setOffline(true);
  await says("status: No connection. | Retry now");
  await ann.context.setOffline(false);
  await says("status: Connected again.");
  await ann.leave();
});

test("who types is said once, however much he types, and is no more when his page has crashed", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "desk", before: (page) => page.addInitScript(recordNotices) });
  const bo = await Person.enter(browser, server, "Bo", { room: "desk" });
  await ann.connected();
  const line = ann.page.locator(".typing-line");
  await bo.field.pressSequentially("hello");
  await expect.poll(() => line.textContent()).toBe("Bo is typing");
  const tools = await bo.context.newCDPSession(bo.page);
  void tools.send("Page.crash").catch(() => undefined); // nobody answers any more
  await expect.poll(() => line.textContent()).toBe("");
  expect(await spokenOn(ann.page)).toEqual(["status: Bo is typing"]);
  await ann.leave();
  await bo.leave();
});
