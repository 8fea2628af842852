import { expect, inject, test } from "vitest";
import { connected, must, WEBSOCKET } from "./harness/client";
import { Follower } from "./harness/follower";
import { openMongoDB, Server } from "./harness/server";

const WRITERS = 8;
const MESSAGES = 5000;
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
  const sends = followers.flatMap((follower, writer) =>
    Array.from({ length: MESSAGES / WRITERS }, (_, n) => must(follower.socket, "send_message", { roomId: "general", text: `${writer} ${n}` })),
  );
  const seqs = (await Promise.all(sends)).map((answer) => answer.seq);
  expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: MESSAGES }, (_, i) => i + 1));

  for (const follower of followers) await follower.reaches(MESSAGES, ALL_MS);
  const [first] = followers;
  for (const follower of followers) {
    expect(follower.texts).toEqual(first?.texts);
    expect([follower.duplicates, follower.holes, follower.faults]).toEqual([0, 0, []]);
  }
  // Each writer's own order is kept.
  for (let writer = 0; writer < WRITERS; writer++) {
    const own = first?.texts.filter((text) => text.startsWith(`${writer} `));
    expect(own).toEqual(Array.from({ length: MESSAGES / WRITERS }, (_, n) => `${writer} ${n}`));
  }
});
