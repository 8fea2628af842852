import { expect, test, vi } from "vitest";
import { ChatError } from "../src/errors.js";
import { memoryStore, type OutboxEntry, type OutboxStore, type OutboxWord } from "../src/outbox-store.js";
import { Outbox } from "../src/outbox.js";
import type { Fields } from "../src/wire.js";

/** A server's log that knows clientIds; `next` says what becomes of a delivery. */
class Log {
  readonly texts: string[] = [];
  readonly delivered: string[] = [];
  readonly failed: string[] = [];
  readonly held: string[] = [];
  readonly storage: string[] = [];
  next: (text: string) => "ok" | "answer lost" | ChatError = () => "ok";
  #ids = new Map<string, number>();

  outbox(store: OutboxStore, user = "ann", patienceMs?: number): Outbox {
    const deliver = (_: string, payload: Fields): Promise<Fields> => {
      const text = String(payload["text"]);
      const what = this.next(text);
      if (what instanceof ChatError) return Promise.reject(what);
      const clientId = String(payload["clientId"]);
      if (!this.#ids.has(clientId)) this.#ids.set(clientId, this.texts.push(text));
      if (what === "answer lost") return Promise.reject(new ChatError("TIMEOUT", "lost", true));
      return Promise.resolve({ ok: true, seq: this.#ids.get(clientId) });
    };
    const text = (entry: OutboxEntry): string => String(entry.payload["text"]);
    return new Outbox(store, deliver, { delivered: (entry) => this.delivered.push(text(entry)), failed: (entry) => this.failed.push(text(entry)), held: (entry, error, waitMs) => this.held.push(`${text(entry)} ${error.code} ${waitMs}`), changed: () => {}, storage: ({ kind }) => this.storage.push(kind) }, user, () => 0, patienceMs);
  }
}

/** Makes the store of each page of one browser. */
function pages(): () => OutboxStore {
  const kept = memoryStore();
  const hearing = new Set<(word: OutboxWord) => void>();
  return () => ({
    ...kept,
    share(hear) {
      hearing.add(hear);
      return { tell: (word) => hearing.forEach((other) => other !== hear && other(word)), close: () => void hearing.delete(hear) };
    },
  });
}

const texts = Array.from({ length: 50 }, (_, n) => `text ${n}`);
const send = (outbox: Outbox, text: string): Promise<Fields> => outbox.add("send_message", "general", { text });

test("writes are in the log once and in order, though answers are lost and the server is overloaded", async () => {
  const log = new Log();
  let n = 0;
  log.next = () => (["ok", "answer lost", new ChatError("OVERLOADED", "later", true)] as const)[n++ % 3] ?? "ok";
  const store = memoryStore();
  const outbox = log.outbox(store);
  const acks = texts.map((text) => send(outbox, text));
  outbox.begin("ann");
  expect((await Promise.all(acks)).map((ack) => ack["seq"])).toEqual(texts.map((_, i) => i + 1));
  expect(log.texts).toEqual(texts);
  await vi.waitFor(async () => expect(await store.load()).toEqual([]));
});

test("what a crash left is sent by the next instance, in order and once, before what that one makes", async () => {
  const log = new Log();
  const store = memoryStore();
  const first = log.outbox(store);
  // The crash: the answer to the fifth never comes, and nothing more leaves.
  log.next = (text) => (text === "text 4" ? "answer lost" : "ok");
  for (const text of texts.slice(0, 40)) send(first, text).catch(() => {});
  first.begin("ann");
  await vi.waitFor(() => expect(log.texts).toHaveLength(5));
  first.close();

  log.next = () => "ok";
  const second = log.outbox(store);
  const acks = texts.slice(40).map((text) => send(second, text));
  second.begin("ann");
  await Promise.all(acks);
  expect(log.texts).toEqual(texts);
  expect(await store.load()).toEqual([]);
});

test("a permanent error rejects its write, which stays as failed, and lets the next one go", async () => {
  const log = new Log();
  log.next = (text) => (text === "text 1" ? new ChatError("BAD_REQUEST", "too long", false, 0, "text") : "ok");
  const store = memoryStore();
  const outbox = log.outbox(store);
  outbox.begin("ann");
  const [a, b, c] = await Promise.allSettled(texts.slice(0, 3).map((text) => send(outbox, text)));
  expect([a?.status, b?.status, c?.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(b?.status === "rejected" && b.reason).toMatchObject({ code: "BAD_REQUEST", field: "text" });
  expect(log.texts).toEqual(["text 0", "text 2"]);
  expect(log.failed).toEqual(["text 1"]);
  expect(outbox.entries).toMatchObject([{ payload: { text: "text 1" }, failed: { code: "BAD_REQUEST", message: "too long" } }]);
  expect(await store.load()).toEqual(outbox.entries);
});

test("a room that has to wait holds up no other", async () => {
  const log = new Log();
  log.next = (text) => (text === "slow" ? new ChatError("RATE_LIMITED", "later", true, 60_000) : "ok");
  const outbox = log.outbox(memoryStore());
  outbox.begin("ann");
  outbox.add("send_message", "slow", { text: "slow" }).catch(() => {});
  await send(outbox, "fast");
  expect(log.texts).toEqual(["fast"]);
  outbox.close();
});

test("nobody's connection sends what another user left", async () => {
  const log = new Log();
  const store = memoryStore();
  const anns = log.outbox(store);
  const left = send(anns, "ann's");
  anns.close();
  await expect(left).rejects.toMatchObject({ code: "UNAVAILABLE" });

  const bens = log.outbox(store, "");
  const sent = send(bens, "ben's");
  bens.begin("ben");
  await sent;
  expect(log.texts).toEqual(["ben's"]);
  expect((await store.load()).map(({ user }) => user)).toEqual(["ann"]);
});

test("a store that fails is not in the way of sending", async () => {
  const log = new Log();
  const broken = (): Promise<never> => Promise.reject(new Error("the disk is full"));
  const outbox = log.outbox({ load: broken, put: broken, remove: broken });
  outbox.begin("ann");
  await send(outbox, "hello");
  expect(log.texts).toEqual(["hello"]);
});

test("a store that does not answer is not in the way of sending, and what it brings late is sent all the same", async () => {
  const log = new Log();
  const left: OutboxEntry = { clientId: "left", user: "ann", order: 1, event: "send_message", roomId: "general", payload: { text: "left", roomId: "general", clientId: "left" } };
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const kept = memoryStore();
  await kept.put(left);
  const late: OutboxStore = {
    load: async () => (await answered, kept.load()),
    put: async (entry) => (await answered, kept.put(entry)),
    remove: async (clientId) => (await answered, kept.remove(clientId)),
  };
  const outbox = log.outbox(late, "ann", 1);
  outbox.begin("ann");
  await send(outbox, "text 0");
  await send(outbox, "text 1");
  expect(log.texts).toEqual(["text 0", "text 1"]);
  expect([log.storage, outbox.storage]).toEqual([["memory"], { kind: "memory", reason: "silent" }]);
  answer();
  await vi.waitFor(() => expect(log.delivered).toEqual(["text 0", "text 1", "left"]));
  await vi.waitFor(async () => expect(await kept.load()).toEqual([]));
  expect(outbox.storage).toEqual({ kind: "kept" });
  expect(outbox.entries).toEqual([]);
});

test("what failed in one page is seen, made again and discarded in another", async () => {
  const log = new Log();
  const page = pages();
  const [a, b, bens] = [log.outbox(page()), log.outbox(page()), log.outbox(page(), "ben")];
  for (const outbox of [a, b]) outbox.begin("ann");
  bens.begin("ben");
  const seen = (outbox: Outbox): string[] => outbox.entries.map(({ clientId, failed }) => `${clientId} ${failed ? "failed" : "waits"}`);
  log.next = () => new ChatError("FORBIDDEN", "read-only", false);
  await Promise.allSettled(["c1", "c2"].map((clientId) => a.add("send_message", "general", { text: clientId }, clientId)));
  for (const outbox of [a, b]) expect(seen(outbox)).toEqual(["c1 failed", "c2 failed"]);
  log.next = () => "ok";
  await b.add("send_message", "general", { text: "c1" }, "c1");
  for (const outbox of [a, b]) expect(seen(outbox)).toEqual(["c2 failed"]);
  expect(a.discard("c2")).toBe(true);
  for (const outbox of [a, b]) expect(seen(outbox)).toEqual([]);
  expect(log.texts).toEqual(["c1"]);
  expect(bens.entries).toEqual([]);
});

test("what waits in two pages is sent by neither once it is discarded in one", async () => {
  const log = new Log();
  const page = pages();
  const a = log.outbox(page());
  a.add("send_message", "general", { text: "never mind" }, "c1").catch(() => {});
  const later = log.outbox(page());
  await vi.waitFor(() => expect(later.entries).toHaveLength(1));
  expect(a.discard("c1")).toBe(true);
  expect(later.entries).toEqual([]);
  later.begin("ann");
  await send(later, "this one");
  expect(log.texts).toEqual(["this one"]);
});

test("what waits is known before there is a connection, where the user is", async () => {
  const log = new Log();
  const store = memoryStore();
  const first = log.outbox(store);
  for (const text of texts.slice(0, 3)) send(first, text).catch(() => {});
  first.close();
  const second = log.outbox(store);
  await vi.waitFor(() => expect(second.entries.map(({ payload }) => payload["text"])).toEqual(texts.slice(0, 3)));
  send(second, "text 3").catch(() => {});
  expect(second.entries.map(({ payload }) => payload["text"])).toEqual(texts.slice(0, 4));
  const another = log.outbox(store, "ben");
  await new Promise((resolve) => setImmediate(resolve));
  expect(another.entries).toEqual([]);
  for (const outbox of [second, another]) outbox.close();
});

test("slow mode is told with its time, and holds back what is behind it", async () => {
  const log = new Log();
  let refusals = 2;
  log.next = (text) => (text === "text 1" && refusals-- > 0 ? new ChatError("RATE_LIMITED", "slow mode", true, 20) : "ok");
  const outbox = log.outbox(memoryStore());
  const acks = texts.slice(0, 3).map((text) => send(outbox, text));
  outbox.begin("ann");
  await Promise.all(acks);
  expect(log.held).toEqual(["text 1 RATE_LIMITED 20", "text 1 RATE_LIMITED 20"]);
  expect(log.texts).toEqual(texts.slice(0, 3));
  expect(outbox.entries).toEqual([]);
});

test("one that failed is made again under its clientId", async () => {
  const log = new Log();
  log.next = () => new ChatError("FORBIDDEN", "read-only", false);
  const outbox = log.outbox(memoryStore());
  outbox.begin("ann");
  await expect(outbox.add("send_message", "general", { text: "hi" }, "c1")).rejects.toThrow("read-only");
  log.next = () => "ok";
  await outbox.add("send_message", "general", { text: "hi" }, "c1");
  await outbox.add("send_message", "general", { text: "hi" }, "c1");
  expect(log.texts).toEqual(["hi"]);
});

test("what failed is there after a restart, is not sent by itself, and goes when it is made again or discarded", async () => {
  const log = new Log();
  log.next = () => new ChatError("FORBIDDEN", "read-only", false, 0, undefined, "read_only");
  const store = memoryStore();
  const first = log.outbox(store);
  first.begin("ann");
  await Promise.allSettled(["c1", "c2"].map((clientId) => first.add("send_message", "general", { text: clientId }, clientId)));
  // Of what is no message nothing stays.
  await expect(first.add("set_reaction", "general", { seq: 1 })).rejects.toThrow("read-only");
  first.close();

  log.next = () => "ok";
  const second = log.outbox(store);
  second.begin("ann");
  await send(second, "hello");
  expect(second.entries.map(({ clientId, failed }) => [clientId, failed?.reason])).toEqual([["c1", "read_only"], ["c2", "read_only"]]);
  const again = second.add("send_message", "general", { text: "c1" }, "c1");
  expect(second.entries.map(({ clientId, failed }) => [clientId, failed !== undefined])).toEqual([["c2", true], ["c1", false]]);
  await again;
  expect([second.discard("c2"), second.discard("c2")]).toEqual([true, false]);
  expect(second.entries).toEqual([]);
  expect(log.texts).toEqual(["hello", "c1"]);
  await vi.waitFor(async () => expect(await store.load()).toEqual([]));
});

test("of what failed the newest hundred stay", async () => {
  const log = new Log();
  log.next = () => new ChatError("FORBIDDEN", "read-only", false);
  const store = memoryStore();
  const outbox = log.outbox(store);
  outbox.begin("ann");
  await Promise.allSettled(Array.from({ length: 103 }, (_, n) => send(outbox, `text ${n}`)));
  expect(outbox.entries.map(({ payload }) => payload["text"])).toEqual(Array.from({ length: 100 }, (_, n) => `text ${n + 3}`));
  await vi.waitFor(async () => expect(await store.load()).toHaveLength(100));
});

test("what waits can be discarded: what is behind it goes, and of an answer that comes all the same nothing is told", async () => {
  const log = new Log();
  const store = memoryStore();
  log.next = (text) => (text === "held" ? new ChatError("RATE_LIMITED", "slow mode", true, 600_000) : "ok");
  const outbox = log.outbox(store);
  outbox.begin("ann");
  const held = outbox.add("send_message", "general", { text: "held" }, "c1");
  const next = send(outbox, "next");
  await vi.waitFor(() => expect(log.held).toHaveLength(1));
  expect(outbox.discard("c1")).toBe(true);
  await expect(held).rejects.toMatchObject({ code: "DISCARDED", retryable: false });
  await next;
  const leaving = outbox.add("send_message", "general", { text: "leaving" }, "c2");
  // Discarded while it is on its way.
  log.next = () => (outbox.discard("c2"), "ok");
  await expect(leaving).rejects.toMatchObject({ code: "DISCARDED" });
  log.next = () => "ok";
  await send(outbox, "last");
  expect(log.delivered).toEqual(["next", "last"]);
  expect(log.failed).toEqual([]);
  expect(log.texts).toEqual(["next", "leaving", "last"]);
  await vi.waitFor(async () => expect(await store.load()).toEqual([]));
});
