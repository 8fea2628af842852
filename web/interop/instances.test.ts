import { expect, inject, test } from "vitest";
import { connected, must, WEBSOCKET } from "./harness/client";
import { Follower } from "./harness/follower";
import { openMongoDB, Server } from "./harness/server";

const WRITERS = 8;
const MESSAGES = 5000;
/** What a writer has under way at most: a send is to be answered long before its 8 s, on a slow machine too. */
const WINDOW = 50;
const ALL_MS = 60_000;

test("8 writers on 2 instances, 5,000 messages: seq 1 to 5,000, every client alike", async () => {
  const store = await openMongoDB(inject("mongodbUri"));
  const servers = [await Server.start(store), await Server.start(store)];
  const followers = await Promise.all(
    Array.from({ length: WRITERS }, async (_, i) => {
      const follower = new Follower(await connected(servers[i % 2]!.url, `writer ${i}`, WEBSOCKET), "general");
      await follower.join();
      return follower;
    }),
  );
  const seqs: number[] = [];
  await Promise.all(
    followers.map(async ({ socket }, writer) => {
      for (let n = 0; n < MESSAGES / WRITERS; n += WINDOW) {
        const texts = Array.from({ length: Math.min(WINDOW, MESSAGES / WRITERS - n) }, (_, i) => `${writer} ${n + i}`);
        const answers = await Promise.all(texts.map((text) => must(socket, "send_message", { roomId: "general", text })));
        seqs.push(...answers.map((answer) => answer.seq));
      }
    }),
  );
  expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: MESSAGES }, (_, i) => i + 1));

  for (const follower of followers) await follower.reaches(MESSAGES, ALL_MS);
  const [first] = followers;
  for (const follower of followers) {
    expect(follower.texts).toEqual(first?.texts);
    expect([follower.duplicates, follower.holes, follower.faults]).toEqual([0, 0, []]);
  }
  // Whoever comes back may come to either.
  const [one, two] = await Promise.all(servers.map(async (server) => must(await connected(server.url, "late", WEBSOCKET), "sync", { rooms: { general: MESSAGES - 100 } })));
  expect(one?.rooms["general"]?.events.map((event) => event.text)).toEqual(first?.texts.slice(-100));
  expect(two).toEqual(one);
  // Each writer's own order is kept.
  for (let writer = 0; writer < WRITERS; writer++) {
    const own = first?.texts.filter((text) => text.startsWith(`${writer} `));
    expect(own).toEqual(Array.from({ length: MESSAGES / WRITERS }, (_, n) => `${writer} ${n}`));
  }
});
