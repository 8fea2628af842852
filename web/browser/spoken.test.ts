// What a screen reader is given to say while three people talk.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person } from "./person";
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
