import { describe, expect, test } from "vitest";
import { connected, must, next, WEBSOCKET, type Answer } from "./harness/client";
import { Follower } from "./harness/follower";
import { Server, stores } from "./harness/server";
import { until, within } from "./harness/wait";

const SENDS = 2000;
/** The times that the server gives its parts to stop add up to 9.5 s; the rest is the test's machine. */
const EXIT_MS = 30_000;

describe.each(stores)("SIGTERM, on $name", ({ open }) => {
  test("what was taken is stored and answered, clients are told, and the process ends", async () => {
    const server = await Server.start(await open());
    const listener = new Follower(await connected(server.url, "bob", WEBSOCKET), "general");
    const poller = await connected(server.url, "carol", { transports: ["polling"] });
    const sender = await connected(server.url, "alice", { ...WEBSOCKET, reconnection: false });
    await listener.join();
    const draining = [listener.socket, poller].map((socket) => next(socket, "server_draining"));
    const closed = new Promise<{ reason: string; code: unknown }>((resolve) =>
      sender.once("disconnect", (reason, details) => resolve({ reason, code: (details as { context?: { code?: number } } | undefined)?.context?.code })),
    );

    const acked = new Map<string, number>();
    const refused: string[] = [];
    for (let n = 0; n < SENDS; n++) {
      const text = `text ${n}`;
      sender.emit("send_message", { roomId: "general", text }, (answer: Answer) => {
        if (answer.ok) acked.set(text, answer.seq);
        else refused.push(answer.error?.code ?? "");
      });
    }
    await until("the first are acked", () => acked.size > 0);
    const exit = await within("the process ends", server.terminate(), EXIT_MS);
    expect(exit, server.output.slice(-4000)).toEqual({ code: 0, signal: null });
    for (const [i, told] of draining.entries()) expect(await within(`client ${i} is told`, told)).toHaveProperty("reconnectInMs");
    expect(await within("the end", closed)).toEqual({ reason: "transport close", code: 1012 });
    // What came too late is answered as such, or not at all.
    expect(refused.filter((code) => code !== "UNAVAILABLE")).toEqual([]);

    await server.restart();
    await until("bob is back", () => listener.socket.connected);
    await until("bob has all", async () => listener.last === (await must(listener.socket, "join_room", "general")).lastSeq);
    // Nothing acked is missing, and nothing is stored whose sender was not told.
    expect(listener.messages.map((message) => [message?.text, message?.seq])).toEqual([...acked]);
  });
});
