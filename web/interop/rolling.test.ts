import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import type { Socket } from "socket.io-client";
import { expect, inject, test } from "vitest";
import { connected, must, WEBSOCKET, type Answer } from "./harness/client";
import { Follower } from "./harness/follower";
import { nginx } from "./harness/nginx";
import { openMongoDB, Server } from "./harness/server";
import { tokenFor } from "./harness/token";
import { until, within } from "./harness/wait";

/** What is to be acked between two restarts. */
const MEANWHILE = 100;
/** On a slow machine a stop alone may take its 10 s. */
const LONG_MS = 60_000;

/** Sends one message after another, by the stock client's retries, until it is stopped. */
class Sender {
  readonly acked: { text: string; seq: number }[] = [];
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(
    readonly socket: Socket,
    readonly name: string,
  ) {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await within(`the last answer to ${this.name}`, this.#done, LONG_MS);
  }

  async #run(): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const text = `${this.name} ${n}`;
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.socket.emit("send_message", { roomId: "general", text, clientId: randomUUID() }, (error: Error | null, answer: Answer) => (error ? reject(error) : resolve(answer)));
      });
      if (!answer.ok) throw new Error(`${text} was refused: ${JSON.stringify(answer)}`);
      this.acked.push({ text, seq: answer.seq });
    }
  }
}

/** The client's address decides which instance it comes to: nginx's hash sees different ones. */
const from = (n: number): object => ({ agent: new Agent({ localAddress: `127.0.${n}.1` }) });

/** `each`: how many send without a pause, and how many others follow. One that polls costs a machine many times what one with a WebSocket does. */
test.each([
  { name: "WebSockets, which need no stickiness", each: 20, balance: "least_conn;", options: () => WEBSOCKET },
  { name: "polling, then WebSocket, by address", each: 4, balance: "hash $remote_addr consistent;", options: from },
  { name: "polling alone, by address", each: 4, balance: "hash $remote_addr consistent;", options: (n: number) => ({ ...from(n), transports: ["polling"] }) },
])("two instances behind nginx are restarted one after the other under load, and nothing is lost: $name", async ({ each, balance, options }) => {
  const store = await openMongoDB(inject("mongodbUri"));
  const servers = [await Server.start(store), await Server.start(store)] as const;
  const url = await nginx([servers[0].port, servers[1].port], (configuration) => configuration.replace("hash $remote_addr consistent;", balance));

  const followers = await Promise.all(
    Array.from({ length: each }, async (_, i) => {
      const follower = new Follower(await connected(url, `follower ${i}`, options(i)), "general");
      await follower.join();
      return follower;
    }),
  );
  const senders = await Promise.all(
    Array.from({ length: each }, async (_, i) => {
      const name = `sender ${i}`;
      const stock = { ...options(100 + i), retries: 20, ackTimeout: 10_000, auth: { token: tokenFor(name), retry: "silent" } };
      return new Sender(await connected(url, name, stock), name);
    }),
  );
  const acked = (): number => senders.reduce((sum, sender) => sum + sender.acked.length, 0);
  const meanwhile = async (): Promise<void> => {
    const before = acked();
    await until("sends are acked", () => acked() >= before + MEANWHILE, LONG_MS);
  };

  await meanwhile();
  for (const server of servers) {
    expect(await within("an instance ends", server.terminate(), LONG_MS), server.output.slice(-4000)).toEqual({ code: 0, signal: null });
    await meanwhile();
    await server.restart();
    await meanwhile();
  }
  await Promise.all(senders.map((sender) => sender.stop()));

  const { lastSeq } = await must(await connected(servers[0].url, "reader", WEBSOCKET), "join_room", "general");
  for (const follower of followers) {
    await follower.reaches(lastSeq, LONG_MS);
    expect(follower.faults).toEqual([]);
    expect(follower.texts).toEqual(followers[0]?.texts);
  }
  // Each is there once, where its answer said, in its sender's order; and nothing else is.
  const texts = followers[0]?.texts ?? [];
  expect(texts).toHaveLength(acked());
  for (const { name, acked: own } of senders) {
    expect(own.map(({ seq }) => texts[seq - 1])).toEqual(own.map(({ text }) => text));
    expect(texts.filter((text) => text.startsWith(`${name} `))).toEqual(own.map(({ text }) => text));
  }
});
