// The picture of the README: `task screenshots -- readme` puts it into browser/screenshots-readme. It wants a font for emoji.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { io } from "socket.io-client";
import { afterAll, beforeAll, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, setMember } from "./crew";
import { Person } from "./person";
import { Server } from "./server";

const FOLDER = fileURLToPath(new URL("screenshots-readme", import.meta.url));
const PEOPLE: Record<string, string> = { ann: "Ann Lee", bo: "Bo Chen", cleo: "Cleo Park", dana: "Dana Reyes" };

let browser: Browser;
let server: Server;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test("the README's picture", async () => {
  const token = (who: string) => server.token(who, PEOPLE[who] ?? who);
  const say = (room: string, who: string, text: string) => server.post(room, text, token(who));
  const enter = (who: string, room: string, width?: number, height?: number) =>
    Person.enter(browser, server, who, { token: token(who), room, theme: "light", scale: 1.5, ...(width !== undefined && { width }), ...(height !== undefined && { height }) });

  const design = await makeRoom(server, "dana", { name: "design" });
  const releases = await makeRoom(server, "cleo", { name: "releases" });
  const plans = await makeRoom(server, "ann", { name: "launch", type: "private", topic: "Friday, ten o’clock" });
  for (const who of ["bo", "cleo", "dana", "ci"]) await setMember(server, "ann", plans, who, "member");
  for (const room of [design, releases]) await setMember(server, room === design ? "dana" : "cleo", room, "ann", "member");
  await server.ask("ann", "PATCH", `rooms/${plans}`, { receipts: true });
  const direct = ((await server.ask("dana", "POST", "direct", { userId: "ann" })) as { room: { id: string } }).room.id;

  await say(releases, "cleo", "1.4 goes out on Thursday.");
  const ann = await enter("ann", plans, 960, 600);
  const bo = await enter("bo", plans);
  await say(plans, "bo", "Morning! I pulled the plug twice while sending.");
  await say(plans, "bo", "Everything arrived, **once**, in order.");
  await ann.say("And who tells the build to announce itself?");
  await bo.bubble("And who tells the build to announce itself?").waitFor();
  await say(plans, "cleo", "Nobody. It inserts a document, we hear it:\n`db.messages.insertOne({ roomId, text, author: \"ci\" })`");
  const green = await server.post(plans, "build 512 is green", server.token("ci", "ci"));
  for (const who of ["bo", "cleo", "dana"]) {
    const socket = io(server.url, { auth: { token: token(who) } });
    await socket.emitWithAck("set_reaction", { roomId: plans, seq: green.seq, emoji: "🎉", on: true });
    socket.disconnect();
  }
  await ann.say("There it is.");
  await bo.bubble("There it is.").waitFor();
  await say(design, "dana", "The new icons are in.");
  await say(design, "dana", "@Ann Lee which of the two?");
  await say(direct, "dana", "Lunch?");
  await ann.page.locator(".seen-by").waitFor();
  await bo.field.pressSequentially("I li");
  await ann.page.getByText("is typing").first().waitFor();
  await ann.page.mouse.move(0, 0);
  await ann.page.screenshot({ path: `${FOLDER}/chat.png`, animations: "disabled" });
  await bo.leave();
  await ann.leave();
});
