// A message that cannot be sent.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
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

/** Refuses the first send on its way, as a server does that has made the room read-only. */
async function refuseFirstSend(page: Page, clientIds: string[]): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((message) => {
      const send = /^42(\d+)\["send_message",(.*)\]$/s.exec(String(message));
      if (!send) return upstream.send(message);
      clientIds.push((JSON.parse(send[2] ?? "") as { clientId: string }).clientId);
      if (clientIds.length > 1) return upstream.send(message);
      socket.send(`43${send[1]}[{"error":{"code":"FORBIDDEN","message":"the room is read-only","retryable":false}}]`);
    });
  });
}

/** How many refused messages the page's origin keeps. */
function storedAsFailed(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((resolve, reject) => {
    const opening = indexedDB.open(`roomstream ${location.origin}`);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction("entries").objectStore("entries").getAll();
      reading.onsuccess = () => (opening.result.close(), resolve((reading.result as { failed?: object }[]).filter(({ failed }) => failed).length));
      reading.onerror = () => reject(reading.error);
    };
  }));
}

test.each(["light", "dark"] as Theme[])("its bubble is red, and that of what was sent is not: %s", async (theme) => {
  const ann = await Person.enter(browser, server, "Ann", { room: `red-${theme}`, theme, before: (page) => refuseFirstSend(page, []) });
  await ann.say("refused");
  await ann.page.locator('[data-state="failed"]').waitFor();
  await ann.say("taken");
  await ann.bubble("taken").and(ann.page.locator('[data-state="logged"][data-seq]')).waitFor();
  const danger = await ann.page.evaluate(() => {
    const probe = document.createElement("div");
    probe.style.background = "var(--danger-soft)";
    document.body.append(probe);
    const { backgroundColor } = getComputedStyle(probe);
    probe.remove();
    return backgroundColor;
  });
  const [red = 0, green = 0, blue = 0] = (danger.match(/\d+/g) ?? []).map(Number);
  expect(red).toBeGreaterThan(Math.max(green, blue));
  const colourOf = (text: string) => ann.bubble(text).locator(".bubble").evaluate((bubble) => getComputedStyle(bubble).backgroundColor);
  await expect.poll(() => colourOf("refused")).toBe(danger);
  expect(await colourOf("taken")).not.toBe(danger);
  await ann.leave();
});

test("it turns red and says why; Retry sends it again under the same clientId, once", async () => {
  const clientIds: string[] = [];
  const ann = await Person.enter(browser, server, "Ann", { room: "retry", before: (page) => refuseFirstSend(page, clientIds) });
  await ann.say("try this");
  const failed = ann.page.locator('[data-state="failed"]');
  await failed.getByText("Not sent. The room is read-only").waitFor();
  expect(await server.log("retry")).toEqual([]);
  await failed.getByRole("button", { name: "Retry" }).click();
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  await ann.sees(["try this"]);
  expect(clientIds).toHaveLength(2);
  expect(clientIds[1]).toBe(clientIds[0]);
  expect((await server.log("retry")).map((m) => m.clientId)).toEqual([clientIds[0]]);
  await ann.leave();
});

test("it is still there after a reload, and Retry sends it under the same clientId", async () => {
  const clientIds: string[] = [];
  const ann = await Person.enter(browser, server, "Ann", { room: "kept", before: (page) => refuseFirstSend(page, clientIds) });
  await ann.say("keep this");
  const failed = ann.page.locator('[data-state="failed"]');
  await failed.getByText("Not sent. The room is read-only").waitFor();
  await expect.poll(() => storedAsFailed(ann.page), { timeout: SOON_MS }).toBe(1);
  await ann.page.reload();
  await failed.getByText("Not sent. The room is read-only").waitFor();
  await ann.connected();
  await ann.say("something else");
  await ann.bubble("something else").and(ann.page.locator('[data-state="logged"][data-seq]')).waitFor();
  await failed.getByRole("button", { name: "Retry" }).click();
  await expect.poll(async () => (await server.log("kept")).map((m) => m.text), { timeout: SOON_MS }).toEqual(["something else", "keep this"]);
  expect((await server.log("kept"))[1]?.clientId).toBe(clientIds[0]);
  await ann.page.reload();
  await ann.sees(["something else", "keep this"]);
  expect(await failed.count()).toBe(0);
  await ann.leave();
});

test("what waits can be discarded, and is never sent", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "waits" });
  await ann.connected();
  await ann.context.setOffline(true);
  await ann.connected(false);
  await ann.say("never mind");
  await ann.say("this one");
  const menu = await ann.openMenu("never mind");
  expect(await menu.getByRole("menuitem").allTextContents()).toEqual(["Copy text", "Discard"]);
  await menu.getByRole("menuitem", { name: "Discard" }).click();
  await ann.sees(["this one"]);
  await ann.context.setOffline(false);
  await expect.poll(async () => (await server.log("waits")).map((m) => m.text), { timeout: 2 * SOON_MS }).toEqual(["this one"]);
  await ann.sees(["this one"]);
  await ann.leave();
});

test("Discard takes it away, and it is never sent", async () => {
  const clientIds: string[] = [];
  const ann = await Person.enter(browser, server, "Ann", { room: "discard", before: (page) => refuseFirstSend(page, clientIds) });
  await ann.say("never mind");
  await ann.page.locator('[data-state="failed"]').getByRole("button", { name: "Discard" }).click();
  await ann.sees([]);
  await ann.say("something else");
  await expect.poll(async () => (await server.log("discard")).map((m) => m.text), { timeout: SOON_MS }).toEqual(["something else"]);
  await ann.sees(["something else"]);
  expect(clientIds).toHaveLength(2);
  await ann.leave();
});

test("the menu of a message that failed retries and discards it", async () => {
  const clientIds: string[] = [];
  const ann = await Person.enter(browser, server, "Ann", { room: "failed-menu", before: (page) => refuseFirstSend(page, clientIds) });
  await ann.say("try this");
  await ann.page.locator('[data-state="failed"]').waitFor();
  await (await ann.openMenu("try this")).getByRole("menuitem", { name: "Retry" }).click();
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  expect((await server.log("failed-menu")).map((m) => m.clientId)).toEqual([clientIds[0]]);
  await ann.leave();

  const others: string[] = [];
  const bo = await Person.enter(browser, server, "Bo", { room: "failed-menu", before: (page) => refuseFirstSend(page, others) });
  await bo.say("never mind");
  await bo.page.locator('[data-state="failed"]').waitFor();
  const menu = await bo.openMenu("never mind");
  expect(await menu.getByRole("menuitem").allTextContents()).toEqual(["Retry", "Copy text", "Discard"]);
  await menu.getByRole("menuitem", { name: "Discard" }).click();
  await bo.sees(["try this"]);
  expect((await server.log("failed-menu")).map((m) => m.text)).toEqual(["try this"]);
  await bo.leave();
});

test("an ack that is lost is not an error: the stock client sends again, and the log has it once", async () => {
  let sends = 0;
  const ann = await Person.enter(browser, server, "Ann", {
    room: "lost-ack",
    before: async (page) => {
      await page.routeWebSocket(/socket\.io/, (socket) => {
        const upstream = socket.connectToServer();
        let lose = "";
        socket.onMessage((message) => {
          const send = /^42(\d+)\["send_message"/.exec(String(message));
          if (send && ++sends === 1) lose = `43${send[1]}[`;
          upstream.send(message);
        });
        upstream.onMessage((message) => {
          if (lose === "" || !String(message).startsWith(lose)) socket.send(message);
        });
      });
    },
  });
  await ann.say("once");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  // The next one waits behind it, for the 10 s until the stock client asks again.
  await ann.say("and then this");
  await expect.poll(async () => (await server.log("lost-ack")).map((m) => m.text), { timeout: 2 * SOON_MS }).toEqual(["once", "and then this"]);
  await ann.sees(["once", "and then this"]);
  expect(sends).toBe(3);
  await ann.leave();
});

test("reading goes on while a message waits for its answer", async () => {
  await server.post("other", "readable");
  const ann = await Person.enter(browser, server, "Ann", {
    room: "stuck",
    before: async (page) => {
      await page.routeWebSocket(/socket\.io/, (socket) => {
        const upstream = socket.connectToServer();
        socket.onMessage((message) => {
          if (!String(message).includes('"send_message"')) upstream.send(message);
        });
      });
    },
  });
  await ann.say("unanswered");
  await ann.page.locator('[data-state="sending"]').waitFor();
  await ann.page.locator("[data-room=other]").click();
  await ann.bubble("readable").waitFor();
  await ann.leave();
});
