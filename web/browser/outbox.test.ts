// What waits to be sent where the browser keeps nothing, in two tabs, and of rooms that one is out of.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { makeRoom, row, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
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

const REFUSAL = { error: { code: "FORBIDDEN", message: "the room is read-only", retryable: false } };

/** Refuses every message that says so. */
const refusing = (page: Page) => answerFor(page, "send_message", ({ text }) => (String(text).startsWith("refuse") ? REFUSAL : undefined));

const storageBanner = (person: Person) => person.page.getByTestId("storage-banner");
const unsent = (person: Person, line: string) => person.page.getByRole("button", { name: line });

test("a storage that never answers holds up no message, and the person is told", async () => {
  const ann = await Person.enter(browser, server, "Ann", {
    room: "silent",
    // Another page has the database and does not let it go.
    before: (page) => page.addInitScript(() => {
      IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
    }),
  });
  await ann.say("one");
  await ann.say("two");
  await expect.poll(async () => (await server.log("silent")).map(({ text }) => text), { timeout: 2 * SOON_MS }).toEqual(["one", "two"]);
  await storageBanner(ann).getByText("does not answer", { exact: false }).waitFor();
  await storageBanner(ann).getByRole("button", { name: "OK" }).click();
  await storageBanner(ann).waitFor({ state: "detached" });
  expect(await ann.field.evaluate((field) => field === document.activeElement)).toBe(true);
  await ann.leave();
});

/** Whether the browser takes no more. It goes by what room there was a moment ago. */
const isFull = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const request = indexedDB.open("probe", 1);
        request.onupgradeneeded = () => void request.result.createObjectStore("things");
        request.onerror = () => resolve(true);
        request.onsuccess = () => {
          const transaction = request.result.transaction("things", "readwrite");
          const end = (full: boolean) => {
            request.result.close();
            resolve(full);
          };
          transaction.oncomplete = () => end(false);
          transaction.onabort = () => end(true);
          transaction.objectStore("things").put("x".repeat(4096), "thing");
        };
      }),
  );

test("where the storage is full the person is told, and asked before the page goes with what waits", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "full", before: (page) => page.addInitScript(AXE) });
  await ann.connected();
  const tools = await ann.context.newCDPSession(ann.page);
  await tools.send("Storage.overrideQuotaForOrigin", { origin: server.url, quotaSize: 1024 });
  await expect.poll(() => isFull(ann.page)).toBe(true);
  await ann.context.setOffline(true);
  await ann.connected(false);
  await ann.say("typed while it was full");
  await storageBanner(ann).getByText("storage is full", { exact: false }).waitFor();
  expect(await faultsOf(ann.page)).toEqual([]);
  const asked = ann.page.waitForEvent("dialog");
  await ann.page.evaluate(() => void location.reload());
  expect((await asked).type()).toBe("beforeunload");
  // It was put away, and so one stays.
  await ann.sees(["typed while it was full"]);
  await ann.context.setOffline(false);
  await expect.poll(async () => (await server.log("full")).map(({ text }) => text), { timeout: 2 * SOON_MS }).toEqual(["typed while it was full"]);
  ann.troubles.splice(0); // the question above
  await ann.leave();
});

test("where the browser forbids storage one writes all the same, and is told", async () => {
  await server.post("elsewhere", "hello");
  const ann = await Person.enter(browser, server, "Ann", {
    room: "forbidden",
    before: (page) => page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("storage is forbidden here", "SecurityError");
      };
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (this: Storage, key: string, value: string) {
        if (key.startsWith("roomstream.draft")) throw new DOMException("storage is forbidden here", "SecurityError");
        setItem.call(this, key, value);
      };
    }),
  });
  await storageBanner(ann).getByText("keeps nothing", { exact: false }).waitFor();
  await ann.say("in private");
  await expect.poll(async () => (await server.log("forbidden")).map(({ text }) => text), { timeout: SOON_MS }).toEqual(["in private"]);
  // What is typed is there from room to room.
  await ann.field.fill("half a sentence");
  await row(ann, "elsewhere").click();
  await row(ann, "forbidden").click();
  await expect.poll(() => ann.field.inputValue(), { timeout: SOON_MS }).toBe("half a sentence");
  await ann.leave();
});

test("what failed in one tab is seen in the other, and goes from both when it is sent again or discarded in one", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "tabs", before: refusing });
  const tab = await ann.context.newPage();
  const token = server.token("ann", "Ann");
  await tab.addInitScript((given) => sessionStorage.setItem("roomstream.token", given), token);
  await tab.goto(`${server.url}/rooms/tabs`);
  const failures = (page: Page) => page.locator('[data-state="failed"]');
  await tab.locator(".me-state", { hasText: /^Connected$/ }).waitFor({ state: "attached" });
  await ann.say("refuse this");
  await ann.say("refuse that");
  for (const page of [ann.page, tab]) await expect.poll(() => failures(page).count(), { timeout: SOON_MS }).toBe(2);
  await failures(tab).first().getByRole("button", { name: "Discard" }).click();
  for (const page of [ann.page, tab]) await expect.poll(() => failures(page).locator(".bubble-text").allTextContents(), { timeout: SOON_MS }).toEqual(["refuse that"]);
  // The other tab's way to the server is free.
  await failures(tab).getByRole("button", { name: "Retry" }).click();
  await expect.poll(async () => (await server.log("tabs")).map(({ text }) => text), { timeout: SOON_MS }).toEqual(["refuse that"]);
  for (const page of [ann.page, tab]) {
    await expect.poll(() => page.locator('[data-state="logged"] .bubble-text').allTextContents(), { timeout: SOON_MS }).toEqual(["refuse that"]);
    await expect.poll(() => failures(page).count(), { timeout: SOON_MS }).toBe(0);
  }
  await ann.leave();
});

test("what failed in a room that one is out of is found, copied and discarded", async () => {
  const club = await makeRoom(server, "boss", { name: "The Club", type: "private" });
  await setMember(server, "boss", club, "ann", "member");
  const ann = await Person.enter(browser, server, "Ann", {
    room: club,
    before: async (page) => {
      await refusing(page);
      await page.addInitScript(AXE);
    },
  });
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  await ann.say("refuse one");
  await ann.say("refuse two");
  await expect.poll(() => ann.page.locator('[data-state="failed"]').count(), { timeout: SOON_MS }).toBe(2);
  // Where they stand they are seen already.
  expect(await unsent(ann, "2 messages were not sent").count()).toBe(0);
  await setMember(server, "boss", club, "ann", null);
  await unsent(ann, "2 messages were not sent").waitFor();
  await ann.page.reload();
  await unsent(ann, "2 messages were not sent").click();
  const dialog = ann.page.getByRole("dialog");
  await expect.poll(() => dialog.locator(".unsent-text").allTextContents(), { timeout: SOON_MS }).toEqual(["refuse one", "refuse two"]);
  expect(await faultsOf(ann.page)).toEqual([]);
  await dialog.getByRole("button", { name: "Copy text" }).first().click();
  await dialog.getByText("Copied").waitFor();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe("refuse one");
  await dialog.getByRole("button", { name: "Discard" }).first().click();
  await unsent(ann, "1 message was not sent").waitFor({ state: "attached" });
  await dialog.getByRole("button", { name: "Discard" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await ann.page.locator(".unsent-button").count()).toBe(0);
  // The keyboard goes on where the button was.
  await expect.poll(() => ann.page.evaluate(() => document.activeElement?.className), { timeout: SOON_MS }).toBe("unsent-place");
  await ann.page.reload();
  await row(ann, "tabs").waitFor();
  await ann.connected(); // with what the outbox has kept
  expect(await ann.page.locator(".unsent-button").count()).toBe(0);
  await ann.leave();
});
