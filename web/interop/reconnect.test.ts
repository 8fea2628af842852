import { describe, expect, test } from "vitest";
import { connected, must, next, transports, WEBSOCKET } from "./harness/client";
import { Follower } from "./harness/follower";
import { Proxy } from "./harness/proxy";
import { Server, stores } from "./harness/server";
import { within } from "./harness/wait";

/**
 * engine.io's client pauses its polling when the probe of a WebSocket is answered. Where the network breaks in that very
 * moment it stays paused, and finds out by its ping timeout: 25 s and 20 s.
 */
const PAUSED_MS = 60_000;

const texts = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `text ${from + i}`);

describe.each(stores)("coming back, on $name", ({ open }) => {
  test.each(transports)("over $name: sync gives exactly what was missed", async ({ transports }) => {
    const server = await Server.start(await open());
    const speaker = await connected(server.url, "alice", WEBSOCKET);
    const absent = await connected(server.url, "bob", { transports });
    const say = (from: number, to: number): Promise<unknown> =>
      Promise.all(texts(from, to).map((text) => must(speaker, "send_message", { roomId: "general", text })));

    await must(absent, "join_room", "general");
    await say(1, 10);
    absent.disconnect();
    await say(11, 30);
    await must(speaker, "send_message", { roomId: "other", text: "elsewhere" });
    const back = next(absent, "ready");
    absent.connect();
    await within("bob is back", back);

    const { rooms } = await must(absent, "sync", { rooms: { general: 10, other: 0, "never-heard-of": 3 } });
    expect(rooms["general"]).toMatchObject({ more: false, lastSeq: 30 });
    expect(rooms["general"]?.events.map((event) => [event.seq, event.text, event.event])).toEqual(texts(11, 30).map((text, i) => [11 + i, text, "new_message"]));
    expect(rooms["other"]?.events.map((event) => event.text)).toEqual(["elsewhere"]);
    // What one may not know is told like what does not exist.
    expect(rooms["never-heard-of"]?.reset).toEqual({ reason: "forbidden" });
  });

  test("a long absence is made good page by page, and numbers from the future are void", async () => {
    const server = await Server.start(await open());
    const speaker = await connected(server.url, "alice", WEBSOCKET);
    await Promise.all(texts(1, 450).map((text) => must(speaker, "send_message", { roomId: "general", text })));
    const pages: number[] = [];
    for (let last = 0, more = true; more; ) {
      const { rooms } = await must(speaker, "sync", { rooms: { general: last } });
      const page = rooms["general"]!;
      expect(page.events[0]?.seq).toBe(last + 1);
      pages.push(page.events.length);
      last += page.events.length;
      more = page.more;
      expect(page.lastSeq).toBe(450);
    }
    expect(pages).toEqual([200, 200, 50]);
    const { rooms } = await must(speaker, "sync", { rooms: { general: 451 } });
    expect(rooms["general"]).toEqual({ reset: { reason: "ahead" }, lastSeq: 450 });
  });

  test("pages end at 256 KiB as well, and a whole sync at 512 KiB", async () => {
    const server = await Server.start(await open());
    const socket = await connected(server.url, "alice", WEBSOCKET);
    const text = "x".repeat(8000);
    const roomIds = ["a", "b", "c", "d"];
    for (const roomId of roomIds) await Promise.all(texts(1, 60).map(() => must(socket, "send_message", { roomId, text })));
    const answer = await must(socket, "sync", { rooms: Object.fromEntries(roomIds.map((id) => [id, 0])) });
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(512 << 10);
    for (const roomId of roomIds) {
      const room = answer.rooms[roomId]!;
      expect(Buffer.byteLength(JSON.stringify(room.events))).toBeLessThanOrEqual(256 << 10);
      expect(room.events.map((event) => event.seq)).toEqual(room.events.map((_, i) => i + 1));
      expect(room.more).toBe(true);
    }
    expect(answer.rooms["a"]?.events.length).toBeGreaterThan(0);
  });

  test.each(transports)("over $name: a client whose network breaks again and again misses nothing", async ({ transports }) => {
    const COUNT = 400;
    const BREAKS = 4;
    const server = await Server.start(await open());
    const proxy = await Proxy.to(server.port);
    const speaker = await connected(server.url, "alice", WEBSOCKET);
    const follower = new Follower(await connected(proxy.url, "bob", { transports }), "general");
    await follower.join();
    for (let i = 0; i < COUNT; i++) {
      const sent = must(speaker, "send_message", { roomId: "general", text: `text ${i + 1}` });
      if (i % (COUNT / BREAKS) === COUNT / BREAKS / 2) proxy.cut();
      if (i % 10 === 0) await sent;
    }
    await follower.reaches(COUNT, PAUSED_MS);
    expect(follower.texts).toEqual(texts(1, COUNT));
    expect(follower.faults).toEqual([]);
  });
});
