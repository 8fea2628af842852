// What others do to messages shows at once, and after a reload.

import type { Browser } from "playwright-core";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;
let bot: Socket;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  bot = io(server.url, { auth: { token: server.token("bot", "Bot") } });
});
afterAll(async () => {
  bot.disconnect();
  await browser.close();
  await server.remove();
});

async function does(event: string, payload: object): Promise<void> {
  const answer: unknown = await bot.timeout(SOON_MS).emitWithAck(event, payload);
  expect(answer).toMatchObject({ ok: true });
}

test("an edit, a reaction and a delete change the bubble where it stands", async () => {
  for (const text of ["first", "second", "third"]) await server.post("changes", text);
  const ann = await Person.enter(browser, server, "Ann", { room: "changes" });
  await ann.sees(["first", "second", "third"]);
  const bubble = (seq: number) => ann.page.locator(`.message[data-seq="${seq}"]`);
  await does("edit_message", { roomId: "changes", seq: 1, text: "<b>first</b>, better" });
  await does("set_reaction", { roomId: "changes", seq: 1, emoji: "🎉", on: true });
  await does("delete_message", { roomId: "changes", seq: 2 });
  const asChanged = async () => {
    await ann.sees(["<b>first</b>, better", "This message was deleted.", "third"]);
    await expect.poll(() => bubble(1).locator(".reaction").allTextContents(), { timeout: SOON_MS }).toEqual(["🎉 1"]);
    await bubble(1).locator(".bubble-edited").waitFor();
    expect(await bubble(3).locator(".bubble-edited, .reaction").count()).toBe(0);
  };
  await asChanged();
  await does("set_reaction", { roomId: "changes", seq: 3, emoji: "🎉", on: true });
  await does("set_reaction", { roomId: "changes", seq: 3, emoji: "🎉", on: false });
  await asChanged();
  await ann.page.reload();
  await ann.loaded();
  await asChanged();
  await ann.leave();
});
