import { Agent } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { connect, type LogEvent } from "../client/src/index.js";
import { client, connected, must, next, transports, WEBSOCKET, type Answer } from "./harness/client";
import { nginx } from "./harness/nginx";
import { openEmbedded, Server } from "./harness/server";
import { tokenFor } from "./harness/token";
import { until, within } from "./harness/wait";

/** What is refused for a second or two, on a slow machine. */
const LONG_MS = 60_000;

test("clients of a user with too many connections are sent off, and come in by themselves when one has gone: the stock one, then ours", async () => {
  const server = await Server.start(await openEmbedded(), "-limit-connections", "1");
  const first = await connected(server.url, "ann", WEBSOCKET);
  const second = client(server.url, "ann", WEBSOCKET);
  let ready = 0;
  second.on("ready", () => ready++);
  expect(await within("the second is sent off", next(second, "closing"))).toEqual({ reason: "rate_limited" });
  await within("it has tried again", next(second, "closing"));
  expect(ready).toBe(0);
  first.disconnect();
  await until("the second is in", () => ready > 0, LONG_MS);
  await must(second, "join_room", "general");

  const chat = connect(server.url, { token: () => tokenFor("ann") });
  onTestFinished(() => chat.close());
  const kinds: string[] = [];
  chat.on("state", (state) => kinds.push(state.kind));
  await until("ours is sent off", () => kinds.includes("offline"), LONG_MS);
  expect(kinds).not.toContain("online");
  second.disconnect();
  await until("ours is in", () => kinds.includes("online"), LONG_MS);
  expect(kinds).not.toContain("refused");
});

test.each(transports.slice(0, 2))("the stock client of an address with too many connections comes in by itself when one has gone: $name", async ({ transports }) => {
  const server = await Server.start(await openEmbedded(), "-limit-address-connections", "1");
  const first = await connected(server.url, "ann", WEBSOCKET);
  const second = client(server.url, "bob", { transports });
  const refused = await within("it is refused", new Promise<Error>((resolve) => second.once("connect_error", resolve)));
  expect(refused).not.toHaveProperty("data"); // not by the protocol's last word
  const ready = next(second, "ready");
  first.disconnect();
  await within("the second is in", ready, LONG_MS);
});

test("what is sent too fast goes out in its order, once: by our client, by the stock client's own retries", async () => {
  const server = await Server.start(await openEmbedded(), "-limit-room-sends", "5/s burst 2");
  const chat = connect(server.url, { token: () => tokenFor("ann") });
  onTestFinished(() => chat.close());
  const room = chat.room("general", { since: 0 });
  const seen: string[] = [];
  room.on("event", (event: LogEvent) => void (event.event === "new_message" && seen.push(String(event["text"]))));
  const texts = Array.from({ length: 6 }, (_, n) => `text ${n}`);
  const written = await within("all are acked", Promise.all(texts.map((text) => room.send(text))), LONG_MS);
  expect(written.map(({ seq }) => seq)).toEqual(texts.map((_, n) => n + 1));
  await until("all have come", () => seen.length >= texts.length, LONG_MS);
  expect(seen).toEqual(texts);

  const socket = await connected(server.url, "bob", { ...WEBSOCKET, retries: 1000, ackTimeout: 300, auth: { token: tokenFor("bob"), retry: "silent" } });
  const answers = texts.map(
    (text, n) =>
      new Promise<Answer>((resolve, reject) => {
        socket.emit("send_message", { roomId: "other", text, clientId: `c${n}` }, (error: Error | null, answer: Answer) => (error ? reject(error) : resolve(answer)));
      }),
  );
  const acked = await within("the stock client's are acked", Promise.all(answers), LONG_MS);
  expect(acked.map(({ ok, seq }) => [ok, seq])).toEqual(texts.map((_, n) => [true, n + 1]));
});

test("behind nginx, which is trusted, each client has the limits of its own address", async () => {
  const server = await Server.start(await openEmbedded(), "-limit-address-connections", "1", "-trusted-proxies", "127.0.0.1");
  const url = await nginx([server.port, server.port], (configuration) => configuration);
  const from = (n: number): object => ({ agent: new Agent({ localAddress: `127.0.${n}.1` }), ...WEBSOCKET });
  await connected(url, "ann", from(1));
  await connected(url, "bob", from(2));
  const third = client(url, "carol", from(1));
  expect(await within("it is refused", new Promise<Error>((resolve) => third.once("connect_error", resolve)))).toBeInstanceOf(Error);
  expect(third.connected).toBe(false);
});
