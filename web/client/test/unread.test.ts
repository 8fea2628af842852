import { expect, test } from "vitest";
import { Unread } from "../src/unread.js";
import type { LogEvent } from "../src/wire.js";

/** Numbers at random that are the same at every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A room's log as a server has it, and how it counts. */
class Log {
  readonly events: LogEvent[] = [];

  add(fields: Record<string, unknown>): LogEvent {
    const event = { event: "new_message", roomId: "general", seq: this.events.length + 1, ...fields };
    this.events.push(event);
    return event;
  }

  unread(readSeq: number): { unread: number; mentions: number } {
    const deleted = new Set(this.events.flatMap(({ event, target }) => (event === "message_deleted" ? [target] : [])));
    const open = this.events.filter(({ event, seq, author }) => event === "new_message" && seq > readSeq && author !== "ann" && !deleted.has(seq));
    const named = open.filter(({ mentions }) => Array.isArray(mentions) && (mentions.includes("ann") || mentions.includes("@room")));
    return { unread: Math.min(1000, open.length), mentions: Math.min(1000, named.length) };
  }
}

test("whatever is said, removed and read, the counts are the server's", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomOf(seed);
    const log = new Log();
    let readSeq = 0;
    let unread: Unread | undefined;
    for (let step = 0; step < 150; step++) {
      if (step === seed % 40) unread = new Unread({ lastSeq: log.events.length, readSeq, ...log.unread(readSeq) });
      const what = random(10);
      let ask = false;
      if (what < 6) {
        const mentions = [[], ["ann"], ["@room", "ben"], ["ben"]][random(4)];
        const event = log.add({ author: ["ann", "ben"][random(2)], mentions });
        ask = unread?.apply(event, "ann") ?? false;
      } else if (what < 8 && log.events.length > 0) {
        const target = log.events[random(log.events.length)];
        // What is deleted is not deleted again.
        if (target?.event !== "new_message" || log.events.some((e) => e["target"] === target.seq)) continue;
        ask = unread?.apply(log.add({ event: "message_deleted", target: target.seq, author: "ben" }), "ann") ?? false;
      } else if (log.events.length > 0) {
        readSeq = Math.max(readSeq, random(log.events.length + 1));
        unread?.read(readSeq, log.unread(readSeq));
      }
      // A server's answer to the same mark again.
      if (ask) unread?.read(readSeq, log.unread(readSeq));
      if (unread) expect(unread.state, `seed ${seed}, step ${step}`).toEqual({ readSeq, ...log.unread(readSeq) });
    }
  }
});

test("a mark above what the server counted needs no word of the server", () => {
  const log = new Log();
  for (let n = 0; n < 10; n++) log.add({ author: "ben" });
  const unread = new Unread({ lastSeq: 10, readSeq: 0, ...log.unread(0) });
  for (let n = 0; n < 5; n++) expect(unread.apply(log.add({ author: "ben" }), "ann")).toBe(false);
  unread.read(12);
  expect(unread.state).toEqual({ readSeq: 12, unread: 3, mentions: 0 });
  unread.read(11);
  expect(unread.state.readSeq).toBe(12);
  // Ahead of what was told: what comes up to there is read.
  unread.read(16);
  unread.apply(log.add({ author: "ben" }), "ann");
  unread.apply(log.add({ author: "ben" }), "ann");
  expect(unread.state).toEqual({ readSeq: 16, unread: 1, mentions: 0 });
});

test("a removal below what the server counted, and a hole, are asked for; known events count once", () => {
  const unread = new Unread({ lastSeq: 10, readSeq: 4, unread: 6, mentions: 0 });
  const event = (seq: number, more: Record<string, unknown>): LogEvent => ({ event: "new_message", roomId: "general", seq, author: "ben", ...more });
  expect(unread.apply(event(10, {}), "ann")).toBe(false);
  expect(unread.apply(event(11, { event: "message_deleted", target: 3 }), "ann")).toBe(false);
  expect(unread.apply(event(12, { event: "message_deleted", target: 7 }), "ann")).toBe(true);
  expect(unread.apply(event(14, {}), "ann")).toBe(true);
  expect(unread.state.unread).toBe(7);
});

test("counts end at 1,000, and go down from there only when what is left is known", () => {
  const log = new Log();
  const unread = new Unread({ lastSeq: 0, readSeq: 0, unread: 0, mentions: 0 });
  for (let n = 0; n < 5000; n++) unread.apply(log.add({ author: "ben", mentions: ["ann"] }), "ann");
  expect(unread.state).toEqual({ readSeq: 0, unread: 1000, mentions: 1000 });
  unread.read(4500, log.unread(4500));
  expect(unread.state).toEqual({ readSeq: 4500, unread: 500, mentions: 500 });
});
