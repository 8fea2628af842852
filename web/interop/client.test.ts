import { describe, expect, onTestFinished, test } from "vitest";
import { connect, memoryStore, type Chat, type ChatOptions, type LogEvent, type Room } from "../client/src/index.js";
import { Proxy } from "./harness/proxy";
import { openEmbedded, Server, stores } from "./harness/server";
import { declared, serverWithPosts } from "./harness/streams";
import { secondsFromNow, sign, tokenFor } from "./harness/token";
import { until, within } from "./harness/wait";

const ALL_MS = 60_000;

/** A client of its own, closed after the test. */
function chatOf(url: string, sub: string, options: Partial<ChatOptions> = {}): Chat {
  const chat = connect(url, { token: () => tokenFor(sub), ...options });
  onTestFinished(() => chat.close());
  return chat;
}

/** What a room tells from its beginning on. */
function told(room: Room): { texts: string[]; seqs: number[]; resets: string[] } {
  const log = { texts: [] as string[], seqs: [] as number[], resets: [] as string[] };
  room.on("message", (message) => log.texts.push(message.text));
  room.on("event", (event: LogEvent) => log.seqs.push(event.seq));
  room.on("reset", (reason) => log.resets.push(reason));
  return log;
}

const live = (room: Room): Promise<void> => within(`${room.id} is live`, new Promise((resolve) => room.on("live", resolve)));

describe.each(stores)("the client module, on $name", ({ open }) => {
  test("200 sends over two kills of the server are once and in order in two clients' logs", async () => {
    const server = await Server.start(await open());
    const ann = chatOf(server.url, "ann");
    const ben = chatOf(server.url, "ben");
    const [hers, his] = [ann.room("general", { since: 0 }), ben.room("general", { since: 0 })];
    const logs = [told(hers), told(his)];
    await Promise.all([live(hers), live(his)]);
    const texts = Array.from({ length: 200 }, (_, n) => `text ${n}`);
    let acked = 0;
    const acks = texts.map((text) => hers.send(text).then((written) => (acked++, written.seq)));
    for (const count of [50, 120]) {
      await until(`${count} are acked`, () => acked >= count, ALL_MS);
      await server.kill();
      await server.restart();
    }
    expect(await within("all are acked", Promise.all(acks), ALL_MS)).toEqual(texts.map((_, i) => i + 1));
    for (const log of logs) {
      await until(`all are told; ${log.seqs.length} are`, () => log.seqs.length >= texts.length, ALL_MS);
      expect(log).toEqual({ texts, seqs: texts.map((_, i) => i + 1), resets: [] });
    }
  });

  test("a page that is loaded anew sends what the last one left, in order and once", async () => {
    const server = await Server.start(await open());
    const outbox = memoryStore();
    const before = chatOf(server.url, "ann", { outbox });
    const room = before.room("general");
    let acked = 0;
    const texts = Array.from({ length: 60 }, (_, n) => `text ${n}`);
    for (const text of texts) room.send(text).then(() => acked++, () => {});
    await until("some are acked", () => acked >= 10);
    await server.kill();
    before.close();
    expect((await outbox.load()).length).toBeGreaterThan(0);

    await server.restart();
    const after = chatOf(server.url, "ann", { outbox });
    const log = told(after.room("general", { since: 0 }));
    await until(`all are told; ${log.texts.length} are`, () => log.texts.length >= texts.length, ALL_MS);
    expect(log.texts).toEqual(texts);
    await until("the outbox is empty", async () => (await outbox.load()).length === 0);
  });
});

test("edits, reactions, removals and history", async () => {
  const server = await Server.start(await openEmbedded());
  const ann = chatOf(server.url, "ann");
  const room = ann.room("general", { since: 0 });
  const heard: string[] = [];
  for (const name of ["updated", "reaction", "deleted"] as const) room.on(name, (event) => heard.push(`${name} ${String(event["target"])}`));
  const first = await room.send("helo", { data: { mood: "good" } });
  await room.edit(first.seq, "hello");
  await room.react(first.seq, "👍");
  const second = await room.send("gone", { parent: first.seq });
  await room.remove(second.seq);
  await expect(room.send("")).rejects.toMatchObject({ code: "BAD_REQUEST", retryable: false, field: "text" });
  await expect(room.edit(second.seq, "again")).rejects.toMatchObject({ code: "GONE" });
  await until("all is heard", () => heard.length === 3);
  expect(heard).toEqual(["updated 1", "reaction 1", `deleted ${second.seq}`]);
  const { messages, hasBefore } = await room.history({ limit: 1, before: second.seq });
  expect(messages).toMatchObject([{ seq: 1, text: "hello", data: { mood: "good" }, reactions: { "👍": { count: 1, me: true } } }]);
  expect(hasBefore).toBe(false);
});

test("a token is renewed before it runs out, and a new one that is refused is told", async () => {
  const server = await Server.start(await openEmbedded());
  // A minute before its end a token is said to expire: of this one at once.
  const lives = [5, 3600];
  let asked = 0;
  const ann = chatOf(server.url, "ann", { token: () => tokenFor("ann", { exp: secondsFromNow(lives[asked++] ?? 3600) }) });
  const states: string[] = [];
  ann.on("state", (state) => states.push(state.kind));
  const room = ann.room("general");
  await room.send("hello");
  await until("the token is renewed", () => asked === 2);
  expect(states).toEqual(["connecting", "online"]);

  const stale = chatOf(server.url, "ann", { token: () => tokenFor("ann", { exp: secondsFromNow(-60) }) });
  const refused = new Promise<string>((resolve) => stale.on("state", (state) => state.kind === "refused" && resolve(state.error.code)));
  expect(await within("a refusal", refused)).toBe("TOKEN_EXPIRED");
  await expect(stale.room("general").history()).rejects.toMatchObject({ code: "TOKEN_EXPIRED" });
});

test("a connection that is refused for its kept token fetches another", async () => {
  const server = await Server.start(await openEmbedded());
  const otherSecret = "another secret, of 32 bytes and more";
  const other = await Server.start(await openEmbedded(), "-jwt-secret", otherSecret);
  const proxy = await Proxy.to(server.port);
  let asked = 0;
  const ann = chatOf(proxy.url, "ann", { token: () => (asked++ === 0 ? tokenFor("ann") : sign({ sub: "ann", exp: secondsFromNow(3600) }, otherSecret)) });
  const refusals: string[] = [];
  ann.on("state", (state) => state.kind === "refused" && refusals.push(state.error.code));
  const room = ann.room("general");
  const resets: unknown[] = [];
  room.on("reset", (reason, lastSeq) => resets.push([reason, lastSeq]));
  await room.send("one");
  await until("it is told", () => room.lastSeq === 1);
  expect(asked).toBe(1);
  proxy.serverPort = other.port;
  proxy.cut();
  const { seq } = await within("it is sent", room.send("two"), ALL_MS);
  expect([seq, asked, refusals]).toEqual([1, 2, []]);
  // Behind the address there is another log now: what was told before is void.
  await until("it is told of", () => resets.length > 0);
  expect(resets).toMatchObject([["another_log", expect.any(Number)]]);
});

test("an open stream goes on where it was after the server is killed", async () => {
  const { server, posts, database } = await serverWithPosts();
  await declared(server, "posts/all", { operations: ["insert"] });
  const ann = chatOf(server.url, "ann");
  const heard: unknown[] = [];
  const stream = ann.stream("posts/all");
  stream.on("change", (change) => heard.push((change["fullDocument"] as { n: number }).n));
  await within("it is open", new Promise<void>((resolve) => stream.on("open", resolve)));
  await posts.insertMany([1, 2].map((n) => ({ n })));
  await until("two are heard", () => heard.length === 2);
  await server.kill();
  await posts.insertMany([3, 4].map((n) => ({ n })));
  await server.restart();
  await until("four are heard", () => heard.length === 4);
  expect(heard).toEqual([1, 2, 3, 4]);

  const notified = new Promise<string>((resolve) => ann.on("notification", ({ id }) => resolve(id)));
  await database.collection("notifications").insertOne({ userId: "ann", kind: "x" });
  const id = await within("a notification", notified);
  expect(ann.unread).toBe(1);
  expect(await ann.mark([id])).toBe(0);
  const refused = ann.stream("posts/other");
  expect(await within("a refusal", new Promise((resolve) => refused.on("closed", (error) => resolve(error.code))))).toBe("NOT_FOUND");
});

test("a source of tokens that fails is asked again", async () => {
  const server = await Server.start(await openEmbedded());
  let asked = 0;
  const ann = chatOf(server.url, "ann", {
    token: () => {
      if (asked++ < 2) throw new Error("the identity provider is away");
      return tokenFor("ann");
    },
  });
  expect((await within("it is sent", ann.room("general").send("hello"))).seq).toBe(1);
  expect(asked).toBe(3);
});
