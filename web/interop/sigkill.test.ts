import type { Socket } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { connected, must, WEBSOCKET, type Answer, type Message } from "./harness/client";
import { Follower } from "./harness/follower";
import { Server, stores } from "./harness/server";
import { tokenFor } from "./harness/token";
import { until } from "./harness/wait";

const SENDS = 1000;
const SENDERS = 5;
/** The server is killed when this many sends were acked. */
const KILLS_AT = [SENDS * 0.25, SENDS * 0.6];
const ALL_MS = 60_000;

describe.each(stores)("SIGKILL of the server amid 1,000 sends, on $name", ({ open }) => {
  test("every acked message is there once, and every client comes to the same room", async () => {
    const server = await Server.start(await open());
    const senders = await Promise.all(Array.from({ length: SENDERS }, (_, i) => sender(server, `sender ${i}`)));
    const listeners = await Promise.all(["bob", "carol", "dave"].map((sub) => connected(server.url, sub, WEBSOCKET)));
    const followers = [...listeners, ...senders].map((socket) => new Follower(socket, "general"));
    await Promise.all(followers.map((follower) => follower.join()));

    const acked = new Map<string, Answer>();
    const failures: string[] = [];
    for (let n = 0; n < SENDS; n++) {
      const text = `text ${n}`;
      senders[n % SENDERS]!.emit("send_message", { roomId: "general", text, clientId: `id ${n}` }, (error: Error | null, answer: Answer) => {
        if (answer?.ok) acked.set(text, answer);
        else failures.push(`${text}: ${error?.message ?? JSON.stringify(answer)}`);
      });
    }
    for (const count of KILLS_AT) {
      await until(`${count} are acked (${acked.size} are; ${failures.join("; ")})`, () => acked.size >= count, ALL_MS);
      await server.kill();
      await server.restart();
    }
    await until("every send is answered", () => acked.size + failures.length === SENDS, ALL_MS);
    expect(failures).toEqual([]);

    const stored = await everything(listeners[0]!);
    expect(stored.map((message) => message.seq)).toEqual(stored.map((_, i) => i + 1));
    expect(stored.map((message) => message.text).toSorted()).toEqual([...acked.keys()].toSorted());
    for (const message of stored) {
      expect(acked.get(message.text)).toMatchObject({ id: message.id, seq: message.seq });
    }
    for (const follower of followers) {
      await follower.reaches(SENDS);
      expect(follower.texts).toEqual(stored.map((message) => message.text));
      expect(follower.faults).toEqual([]);
    }
  });
});

/** A stock client that sends again what was not answered; one packet is in flight at a time. */
function sender(server: Server, sub: string): Promise<Socket> {
  return connected(server.url, sub, { ...WEBSOCKET, auth: { token: tokenFor(sub), retry: "silent" }, retries: 20, ackTimeout: 5000 });
}

async function everything(socket: Socket): Promise<Message[]> {
  const messages: Message[] = [];
  for (let more = true; more; ) {
    const page = await must(socket, "get_history", { roomId: "general", after: messages.length, limit: 100 });
    messages.push(...page.messages);
    more = page.hasAfter;
  }
  return messages;
}
