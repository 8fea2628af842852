import { describe, expect, test } from "vitest";
import type { LogEvent, NewMessage } from "../protocol";
import { emptyLog, endOf, type LogAction, partOf, reduceLog, type RoomLog } from "./log";

function message(seq: number, over: Partial<NewMessage> = {}): NewMessage {
  return { id: `id${seq}`, roomId: "general", seq, text: `text ${seq}`, author: "ann", timestamp: "2026-01-01T00:00:00.000Z", ...over };
}

function live(seq: number, over: Partial<NewMessage> = {}): LogEvent {
  return { event: "new_message", ...message(seq, over) };
}

function after(...actions: LogAction[]): RoomLog {
  return actions.reduce(reduceLog, emptyLog("me"));
}

const seqs = (log: RoomLog) => log.messages.map((m) => m.seq);

describe("events by their number", () => {
  test("are applied once, in order", () => {
    const log = after({ type: "joined", lastSeq: 4 }, { type: "events", events: [live(5), live(5), live(4), live(6)] });
    expect(seqs(log)).toEqual([5, 6]);
    expect(log.last).toBe(6);
  });

  test("voids and unknown kinds take their number", () => {
    const log = after(
      { type: "joined", lastSeq: 0 },
      { type: "events", events: [{ event: "void", roomId: "general", seq: 1 }, { event: "other", roomId: "general", seq: 2 }, live(3)] },
    );
    expect(log.last).toBe(3);
    expect(seqs(log)).toEqual([3]);
  });

  test("joining again keeps what is there", () => {
    const log = after({ type: "joined", lastSeq: 1 }, { type: "events", events: [live(2)] }, { type: "joined", lastSeq: 9 });
    expect(seqs(log)).toEqual([2]);
    expect(log.last).toBe(2);
  });
});

describe("history", () => {
  test("a page goes before what is live, without doubles", () => {
    const log = after(
      { type: "joined", lastSeq: 3 },
      { type: "events", events: [live(4)] },
      { type: "page", before: 4, messages: [message(2), message(3), message(4)], hasBefore: true },
      { type: "page", before: 2, messages: [message(1)], hasBefore: false },
    );
    expect(seqs(log)).toEqual([1, 2, 3, 4]);
    expect(log.hasBefore).toBe(false);
  });

  test("a page asked for before a reset is ignored", () => {
    const log = after(
      { type: "joined", lastSeq: 50 },
      { type: "reset", reason: "ahead", lastSeq: 10 },
      { type: "page", before: 51, messages: [message(50)], hasBefore: true },
    );
    expect(seqs(log)).toEqual([]);
    expect(log.loaded).toBe(false);
  });

  test("trimming keeps the newest and leaves the rest to be read again", () => {
    const log = after(
      { type: "joined", lastSeq: 0 },
      { type: "events", events: [live(1), live(2), live(3)] },
      { type: "trim", keep: 2 },
    );
    expect(seqs(log)).toEqual([2, 3]);
    expect(log.first).toBe(2);
    expect(log.hasBefore).toBe(true);
  });

  test("what is forgotten is read again from the end, and what waits to be sent stays", () => {
    const log = after(
      { type: "joined", lastSeq: 0 },
      { type: "events", events: [live(1), live(2)] },
      { type: "outbox", waiting: [{ clientId: "c", text: "waits", at: 1, attachments: [] }] },
      { type: "forget" },
    );
    expect(seqs(log)).toEqual([]);
    expect([log.first, log.last, log.hasBefore, log.loaded]).toEqual([3, 2, true, false]);
    expect(log.pending.map((p) => p.clientId)).toEqual(["c"]);
    const read = reduceLog(log, { type: "page", before: 3, messages: [message(1), message(2)], hasBefore: false });
    expect(seqs(read)).toEqual([1, 2]);
  });

  test("a reset drops everything and says why until the reader has seen it", () => {
    let log = after({ type: "joined", lastSeq: 0 }, { type: "events", events: [live(1)] }, { type: "reset", reason: "too_far", lastSeq: 20_000 });
    expect(seqs(log)).toEqual([]);
    expect(log.last).toBe(20_000);
    expect(log.reset).toBe("too_far");
    log = reduceLog(log, { type: "reset_seen" });
    expect(log.reset).toBeUndefined();
  });
});

describe("our own messages", () => {
  const waiting = { clientId: "c1", text: "hi", at: 1, attachments: [] };
  const sending: LogAction = { type: "outbox", waiting: [waiting] };
  const refused: LogAction = { type: "outbox", waiting: [{ ...waiting, error: { code: "FORBIDDEN", message: "no" } }] };
  const empty: LogAction = { type: "outbox", waiting: [] };
  const joined: LogAction = { type: "joined", lastSeq: 0 };
  const event: LogAction = { type: "events", events: [live(1, { author: "me", clientId: "c1", text: "hi" })] };
  const ack: LogAction = { type: "sent", clientId: "c1", seq: 1 };

  test.each([
    ["ack first", [joined, sending, ack, empty, event]],
    ["event first", [joined, sending, event, ack, empty]],
    ["event twice", [joined, sending, event, event, ack, empty]],
    ["event first, and something else is written", [joined, sending, event, sending, ack, empty]],
    ["left by an earlier page, which never got its answer", [joined, event, sending, ack, empty]],
  ])("one message, never two: %s", (_, actions) => {
    const log = after(...actions);
    expect(log.pending).toEqual([]);
    expect(log.messages.map((m) => m.clientId)).toEqual(["c1"]);
  });

  test("another author's same clientId answers nothing", () => {
    const log = after(joined, sending, { type: "events", events: [live(1, { author: "ann", clientId: "c1" })] });
    expect(log.pending).toHaveLength(1);
    expect(log.messages).toHaveLength(1);
  });

  test("acked but not seen yet it stays visible", () => {
    expect(after(joined, sending, ack, empty).pending).toMatchObject([{ clientId: "c1", state: "sent", seq: 1 }]);
  });

  test("a failed one is retried under the same clientId, or discarded", () => {
    const failed = after(joined, sending, refused);
    expect(failed.pending).toEqual([{ ...waiting, state: "failed", error: { code: "FORBIDDEN", message: "no" } }]);
    expect(reduceLog(failed, sending).pending).toEqual([{ ...waiting, state: "sending" }]);
    expect(reduceLog(failed, empty).pending).toEqual([]);
  });

  test("what waits is shown in the order it was made, whatever became of what was before it", () => {
    const later = { clientId: "c2", text: "ho", at: 2, attachments: ["f1"] };
    const log = after(joined, sending, { type: "outbox", waiting: [later, { ...waiting, error: { code: "FORBIDDEN", message: "no" } }] });
    expect(log.pending.map((p) => [p.clientId, p.state])).toEqual([["c1", "failed"], ["c2", "sending"]]);
    expect(reduceLog(log, refused).pending.map((p) => p.clientId)).toEqual(["c1"]);
  });

  test("a reset beyond its number settles it, one before does not", () => {
    expect(after(joined, sending, ack, { type: "reset", reason: "trimmed", lastSeq: 5 }).pending).toEqual([]);
    expect(after(joined, sending, { type: "reset", reason: "trimmed", lastSeq: 5 }).pending).toHaveLength(1);
  });

  test("what this browser has kept settles it, where an earlier page never got its answer", () => {
    const kept: LogAction = { type: "kept", messages: [message(1, { author: "me", clientId: "c1" })], hasBefore: false };
    for (const log of [after(sending, kept), after(kept, sending)]) {
      expect([log.pending, log.messages.map((m) => m.clientId)]).toEqual([[], ["c1"]]);
    }
  });

  test("history that holds it settles it", () => {
    const log = after({ type: "joined", lastSeq: 1 }, sending, {
      type: "page",
      before: 2,
      messages: [message(1, { author: "me", clientId: "c1" })],
      hasBefore: false,
    });
    expect(log.pending).toEqual([]);
  });
});

describe("events that change messages", () => {
  const at = { roomId: "general" };
  const edit = (seq: number, target: number, text: string): LogEvent => ({ event: "message_updated", ...at, seq, target, text, timestamp: "2026-01-02T00:00:00.000Z" });
  const remove = (seq: number, target: number): LogEvent => ({ event: "message_deleted", ...at, seq, target });
  const full: Partial<NewMessage> = { mentions: ["me"], attachments: [{ id: "f1", name: "payslip.pdf", size: 1, type: "application/pdf", width: 0, height: 0, thumbnail: false }] };
  const react = (seq: number, target: number, counts: Record<string, number>, over: { author?: string; emoji?: string; on?: boolean } = {}): LogEvent => ({
    event: "reaction_updated",
    ...at,
    seq,
    target,
    counts,
    author: "ann",
    emoji: "👍",
    on: true,
    ...over,
  });

  test("an edit gives the text and says when", () => {
    const log = after({ type: "joined", lastSeq: 0 }, { type: "events", events: [live(1), edit(2, 1, "second")] });
    expect(log.messages[0]).toMatchObject({ text: "second", editedAt: "2026-01-02T00:00:00.000Z" });
    expect(log.last).toBe(2);
  });

  test("reactions are as the newest event counts them", () => {
    const log = after({ type: "joined", lastSeq: 0 }, { type: "events", events: [live(1), react(2, 1, { "👍": 1 }), react(3, 1, { "👍": 2, "🎉": 1 })] });
    expect(log.messages[0]?.reactions).toEqual({ "👍": { count: 2, me: false }, "🎉": { count: 1, me: false } });
  });

  test("only our own events say which reactions are ours", () => {
    const steps: LogEvent[] = [
      live(1),
      react(2, 1, { "👍": 1 }, { author: "me" }),
      react(3, 1, { "👍": 2 }),
      react(4, 1, { "👍": 2, "🎉": 1 }, { emoji: "🎉" }),
      react(5, 1, { "👍": 1, "🎉": 1 }, { on: false }),
    ];
    const log = after({ type: "joined", lastSeq: 0 }, { type: "events", events: steps });
    expect(log.messages[0]?.reactions).toEqual({ "👍": { count: 1, me: true }, "🎉": { count: 1, me: false } });
    const again: LogEvent[] = [react(6, 1, { "👍": 2, "🎉": 1 }), react(7, 1, { "👍": 1, "🎉": 1 }, { author: "me", on: false })];
    expect(reduceLog(log, { type: "events", events: again }).messages[0]?.reactions).toEqual({ "👍": { count: 1, me: false }, "🎉": { count: 1, me: false } });
  });

  test("a page says which reactions are ours, and an event that it did not know yet is folded into it", () => {
    const log = after(
      { type: "joined", lastSeq: 9 },
      { type: "events", events: [react(10, 3, { "👍": 2, "🎉": 1 }, { author: "me", emoji: "🎉" })] },
      { type: "page", before: 10, messages: [message(3, { reactions: { "👍": { count: 2, me: true } } })], hasBefore: false },
    );
    expect(log.messages[0]?.reactions).toEqual({ "👍": { count: 2, me: true }, "🎉": { count: 1, me: true } });
  });

  test("what is deleted keeps its place and nothing else, and takes no more changes", () => {
    const log = after(
      { type: "joined", lastSeq: 0 },
      { type: "events", events: [live(1, full), react(2, 1, { "👍": 1 }), edit(3, 1, "second"), remove(4, 1), edit(5, 1, "third"), react(6, 1, { "👍": 9 })] },
    );
    expect(log.messages).toEqual([{ event: "new_message", ...message(1), text: "", deleted: true }]);
  });

  test("an edit whose text is gone says that the message is: who was erased has no delete in the log", () => {
    const log = after({ type: "joined", lastSeq: 0 }, { type: "events", events: [live(1, full), { event: "message_updated", ...at, seq: 2, target: 1, timestamp: "2026-01-02T00:00:00.000Z" }] });
    expect(log.messages).toEqual([{ event: "new_message", ...message(1), text: "", deleted: true }]);
  });

  test("a change of what is not here changes nothing and takes its number", () => {
    const log = after({ type: "joined", lastSeq: 9 }, { type: "events", events: [edit(10, 3, "x"), live(11)] });
    expect(seqs(log)).toEqual([11]);
    expect(log.messages[0]?.text).toBe("text 11");
  });

  test("a page that was read before a change arrives after it, and is changed", () => {
    const log = after(
      { type: "joined", lastSeq: 9 },
      { type: "events", events: [edit(10, 3, "edited"), remove(11, 4)] },
      { type: "page", before: 10, messages: [message(3), message(4), message(5)], hasBefore: false },
    );
    expect(log.messages.map((m) => [m.text, m.deleted])).toEqual([["edited", undefined], ["", true], ["text 5", undefined]]);
  });
});

describe("a part from further back", () => {
  const whole = after({ type: "joined", lastSeq: 90 }, { type: "events", events: [live(91)] });
  const part = partOf(whole, [message(10), message(11)], true);

  test("takes what changes its messages, and nothing that is new", () => {
    const log = reduceLog(part, { type: "events", events: [live(92), { event: "message_updated", roomId: "general", seq: 93, target: 11, text: "new", timestamp: "" }] });
    expect(seqs(log)).toEqual([10, 11]);
    expect([log.last, log.messages[1]?.text]).toEqual([93, "new"]);
  });

  test("goes on both ways, without doubles", () => {
    const both = [{ type: "page", before: 10, messages: [message(9), message(10)], hasBefore: false }, { type: "newer", after: 11, messages: [message(11), message(12)], hasAfter: true }] as const;
    const log = both.reduce<RoomLog>(reduceLog, part);
    expect(seqs(log)).toEqual([9, 10, 11, 12]);
    expect([endOf(log), log.hasBefore, log.hasAfter]).toEqual([12, false, true]);
    // A page of another part says nothing of this one, nor of what is live.
    for (const one of [log, whole]) expect(reduceLog(one, { type: "newer", after: 50, messages: [message(51)], hasAfter: true })).toBe(one);
  });
});
