import { describe, expect, test } from "vitest";
import type { LogEvent, NewMessage } from "../protocol";
import { People } from "./people";
import { RoomState } from "./room";

const AT = "2026-01-01T00:00:00.000Z";
const message = (seq: number, more: Partial<NewMessage> = {}): LogEvent & NewMessage => ({ event: "new_message", id: "", roomId: "r", seq, text: "x", author: "ann", timestamp: AT, ...more });

function room(): RoomState {
  const nobody = { ask: () => Promise.reject(new Error("nothing is asked here")) };
  const made = new RoomState("r", "me", new People({ id: "me", name: "Me" }, nobody as never));
  made.isMine = true;
  return made;
}
const counts = (of: RoomState) => [of.unread.value, of.mentions.value];

describe("what is unread", () => {
  test("is the server's count, and what came since, but our own and what is deleted", () => {
    const r = room();
    r.takeRead({ readSeq: 2, unread: 5, mentions: 1 }, 9);
    r.dispatch({ type: "joined", lastSeq: 9 });
    expect(counts(r)).toEqual([5, 1]);
    r.dispatch({ type: "events", events: [message(10), message(11, { author: "me" }), message(12, { mentions: ["me"] }), message(13, { mentions: ["@room"] }), message(14, { mentions: ["bo"] })] });
    expect(counts(r)).toEqual([9, 3]);
    r.dispatch({ type: "events", events: [{ event: "message_deleted", roomId: "r", seq: 15, target: 12 }] });
    expect(counts(r)).toEqual([8, 2]);
  });
  test("is counted from the log alone where that reaches down to what is read", () => {
    const r = room();
    r.takeRead({ readSeq: 2, unread: 99, mentions: 99 }, 4);
    r.dispatch({ type: "joined", lastSeq: 4 });
    r.dispatch({ type: "page", before: 5, messages: [message(1), message(3), message(4)], hasBefore: false });
    expect(counts(r)).toEqual([2, 0]);
    expect(r.isCountedUnseen(3)).toBe(false);
  });
  test("survives that the log is cut, and goes down with what another device read", () => {
    const r = room();
    r.takeRead({ readSeq: 0, unread: 0, mentions: 0 }, 0);
    r.dispatch({ type: "joined", lastSeq: 0 });
    r.dispatch({ type: "events", events: Array.from({ length: 20 }, (_, i) => message(i + 1)) });
    r.dispatch({ type: "trim", keep: 5 });
    expect(counts(r)).toEqual([20, 0]);
    expect(r.isCountedUnseen(3)).toBe(true);
    r.takeRead({ readSeq: 18, unread: 2, mentions: 0 }, 20);
    expect(counts(r)).toEqual([2, 0]);
    r.takeRead({ readSeq: 7, unread: 13, mentions: 0 }, 20);
    expect(r.readSeq.value).toBe(18);
  });
  test("is nothing in a room that was only met", () => {
    const r = room();
    r.isMine = false;
    r.met(7);
    r.dispatch({ type: "joined", lastSeq: 7 });
    expect(counts(r)).toEqual([0, 0]);
    r.dispatch({ type: "events", events: [message(8)] });
    expect(counts(r)).toEqual([1, 0]);
  });
});

test("settings and our own role follow the log, once, with what was so before", () => {
  const r = room();
  r.dispatch({ type: "joined", lastSeq: 1 });
  const settings = { name: "Tea", topic: "", readOnly: true, slowModeMs: 0, archived: false, receipts: false };
  r.dispatch({ type: "events", events: [{ event: "room_updated", roomId: "r", seq: 2, author: "ann", ...settings }, { event: "member_updated", roomId: "r", seq: 3, userId: "me", role: "reader", author: "ann" }] });
  expect(r.info.value).toMatchObject({ name: "Tea", readOnly: true, role: "reader" });
  expect(r.log.value.notes.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(r.log.value.notes[0]).toMatchObject({ before: { name: "r", readOnly: false } });
  r.dispatch({ type: "events", events: [{ event: "room_updated", roomId: "r", seq: 2, author: "ann", ...settings, name: "Old" }] });
  expect(r.name.value).toBe("Tea");
});
