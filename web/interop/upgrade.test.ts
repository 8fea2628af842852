import { describe, expect, test } from "vitest";
import { client, connected, must, next, WEBSOCKET } from "./harness/client";
import { Follower } from "./harness/follower";
import { Server, stores } from "./harness/server";
import { within } from "./harness/wait";

const CLIENTS = 10;
const EACH = 40;

describe.each(stores)("changing over from polling to WebSocket, on $name", ({ open }) => {
  test("loses, doubles and reorders nothing, in either direction, while it happens", async () => {
    const server = await Server.start(await open());
    const witness = new Follower(await connected(server.url, "witness", WEBSOCKET), "general");
    await witness.join();
    const followers = Array.from({ length: CLIENTS }, (_, i) => new Follower(client(server.url, `client ${i}`), "general"));
    const upgraded = followers.map(
      ({ socket }) => new Promise<string>((resolve) => socket.io.once("open", () => socket.io.engine.once("upgrade", (transport: { name: string }) => resolve(transport.name)))),
    );
    // Everybody speaks from the first moment on, so packets of both directions are under way at the change.
    await Promise.all(
      followers.map(async ({ socket }, i) => {
        await within(`client ${i} is ready`, next(socket, "ready"));
        const sends = Array.from({ length: EACH }, (_, n) => must(socket, "send_message", { roomId: "general", text: `${i} ${n}`, clientId: `${n}` }));
        const answers = await Promise.all(sends);
        const seqs = answers.map((answer) => answer.seq);
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
        expect(answers.some((answer) => answer.duplicate)).toBe(false);
      }),
    );
    expect(await within("all have changed over", Promise.all(upgraded))).toEqual(followers.map(() => "websocket"));
    await witness.reaches(CLIENTS * EACH);
    for (const follower of [...followers, witness]) {
      await follower.reaches(CLIENTS * EACH);
      expect(follower.texts).toEqual(witness.texts);
      expect(follower.faults).toEqual([]);
    }
    expect([witness.duplicates, witness.holes]).toEqual([0, 0]);
    for (let i = 0; i < CLIENTS; i++) {
      expect(witness.texts.filter((text) => text.startsWith(`${i} `))).toEqual(Array.from({ length: EACH }, (_, n) => `${i} ${n}`));
    }
  });

  test("a client that may not change over stays on polling and misses nothing", async () => {
    const server = await Server.start(await open());
    const stays = new Follower(await connected(server.url, "bob", { upgrade: false }), "general");
    const speaker = await connected(server.url, "alice", WEBSOCKET);
    await stays.join();
    for (let n = 0; n < EACH; n++) await must(speaker, "send_message", { roomId: "general", text: `${n}` });
    await stays.reaches(EACH);
    expect(stays.socket.io.engine.transport.name).toBe("polling");
    expect([stays.duplicates, stays.holes, stays.faults]).toEqual([0, 0, []]);
    expect(stays.texts).toEqual(Array.from({ length: EACH }, (_, n) => `${n}`));
  });
});
