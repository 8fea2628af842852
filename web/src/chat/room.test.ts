import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import type { LogEvent, NewMessage } from "../protocol";
import { People } from "./people";
import { RoomState } from "./room";

const AT = "2026-01-01T00:00:00.000Z";
const message = (seq: number, more: Partial<NewMessage> = {}): LogEvent & NewMessage => ({ event: "new_message", id: "", roomId: "r", seq, text: "x", author: "ann", timestamp: AT, ...more });
const mine = { id: "r", name: "Room", type: "private", role: "member", lastSeq: 9, readSeq: 2, unread: 5, mentions: 1 };
const settings = { name: "Tea", topic: "", readOnly: true, slowModeMs: 0, archived: false, receipts: false, pins: "" };

function room(clock = signal(0)): RoomState {
  return new RoomState("r", "me", new People({ id: "me", name: "Me" }, { people: () => Promise.reject(new Error("nobody is asked here")) } as never), clock);
}

test("what is unread is what the client module counts, and nothing where the room is not ours", () => {
  const r = room();
  r.dispatch({ type: "joined", lastSeq: 7 });
  r.take(message(8));
  expect([r.unread.value, r.mentions.value, r.readSeq.value]).toEqual([0, 0, 7]);
  r.own(mine);
  expect([r.unread.value, r.mentions.value, r.readSeq.value]).toEqual([5, 1, 2]);
  expect(r.info.value).toMatchObject({ name: "Room", type: "private", role: "member" });
  r.own(undefined);
  expect(r.unread.value).toBe(0);
});

test("a mute ends by itself, and the room shows its number again", () => {
  const clock = signal(Date.parse(AT));
  const r = room(clock);
  r.own({ ...mine, alerts: { mutedUntil: "2026-01-01T08:00:00.000Z" } });
  const seen: boolean[] = [];
  const end = r.muted.subscribe((muted) => seen.push(muted));
  clock.value = Date.parse("2026-01-01T07:59:59.000Z");
  clock.value = Date.parse("2026-01-01T08:00:01.000Z");
  end();
  expect(seen).toEqual([true, false]);
});

test("what ready does not tell of a room stays as the list told it", () => {
  const r = room();
  r.list({ ...settings, id: "r", type: "private", role: "member", topic: "Leaves" }, undefined);
  r.own(mine);
  expect(r.info.value).toMatchObject({ name: "Room", topic: "Leaves", readOnly: true });
  r.own({ ...mine, ...settings, pins: [] });
  expect(r.info.value).toMatchObject({ name: "Tea", topic: "" });
});

test("the newest message is known of rooms that were never opened, and what becomes of it", () => {
  const r = room();
  r.take(message(4, { text: "one" }));
  r.list(r.info.value, message(3, { text: "older" }));
  expect(r.preview.value?.text).toBe("one");
  r.take({ event: "message_updated", roomId: "r", seq: 5, target: 4, text: "two", timestamp: AT });
  expect(r.preview.value?.text).toBe("two");
  r.take({ event: "message_deleted", roomId: "r", seq: 6, target: 4 });
  expect(r.preview.value?.deleted).toBe(true);
  expect(r.log.value.messages).toEqual([]);
  r.dispatch({ type: "reset", reason: "ahead", lastSeq: 2 });
  expect(r.preview.value).toBeUndefined();
});

test("settings and our own role follow the log, once, with what was so before", () => {
  const r = room();
  r.dispatch({ type: "joined", lastSeq: 1 });
  r.dispatch({ type: "events", events: [{ event: "room_updated", roomId: "r", seq: 2, author: "ann", ...settings }, { event: "member_updated", roomId: "r", seq: 3, userId: "me", role: "reader", author: "ann" }] });
  expect(r.info.value).toMatchObject({ name: "Tea", readOnly: true, role: "reader" });
  expect(r.log.value.notes.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(r.log.value.notes[0]).toMatchObject({ before: { name: "r", readOnly: false } });
  r.dispatch({ type: "events", events: [{ event: "room_updated", roomId: "r", seq: 2, author: "ann", ...settings, name: "Old" }] });
  expect(r.name.value).toBe("Tea");
});

test("a part from further back is shown until it reaches what is live, and is one with it then", () => {
  const r = room();
  r.dispatch({ type: "joined", lastSeq: 90 });
  r.dispatch({ type: "page", before: 91, messages: [message(89), message(90)], hasBefore: true });
  r.showAround([message(10), message(12)], true, true);
  r.take(message(91));
  const shown = () => r.shown.value.messages.map(({ seq }) => seq);
  expect([shown(), r.shown.value.hasAfter, r.log.value.messages.length]).toEqual([[10, 12], true, 3]);
  r.dispatch({ type: "newer", after: 12, messages: [message(40)], hasAfter: true });
  r.take({ event: "message_deleted", roomId: "r", seq: 92, target: 12 });
  expect([shown(), r.shown.value.messages[1]?.deleted]).toEqual([[10, 12, 40], true]);
  // Between 40 and 89 is nothing that is a message.
  r.dispatch({ type: "newer", after: 40, messages: [message(89), message(90), message(91)], hasAfter: false });
  expect([shown(), r.shown.value.hasAfter, r.log.value.first]).toEqual([[10, 12, 40, 89, 90, 91], false, 10]);
  r.take(message(93));
  expect(shown().at(-1)).toBe(93);
});

test("a log that was restored takes the part with it, and the present is one step away", () => {
  const r = room();
  r.dispatch({ type: "joined", lastSeq: 90 });
  r.showAround([message(10)], true, true);
  r.showPresent();
  expect(r.shown.value).toBe(r.log.value);
  r.showAround([message(10)], true, true);
  r.dispatch({ type: "reset", reason: "ahead", lastSeq: 3 });
  expect([r.shown.value.messages, r.shown.value.last]).toEqual([[], 3]);
});

test("how far others have it and have read it goes up, never down, and what is read is delivered", () => {
  const r = room();
  const told: unknown[] = [];
  r.receipts.subscribe((receipts) => told.push(Object.fromEntries(receipts)));
  r.takeReceipts([{ userId: "ann", seq: 2, deliveredSeq: 5 }, { userId: "bo", seq: 1, deliveredSeq: 1 }, { userId: "me", seq: 9, deliveredSeq: 9 }]);
  r.takeReceipts([{ userId: "ann", deliveredSeq: 4 }]);
  r.takeReceipts([{ userId: "ann", seq: 3 }]);
  r.takeReceipts([{ userId: "bo", seq: 7 }]);
  r.takeReceipts([{ userId: "bo", seq: 6, deliveredSeq: 7 }]);
  r.takeReceipts([{ userId: "cleo", deliveredSeq: 8 }]);
  const bo = { seq: 1, deliveredSeq: 1 };
  expect(told).toEqual([
    {},
    { ann: { seq: 2, deliveredSeq: 5 }, bo },
    { ann: { seq: 3, deliveredSeq: 5 }, bo },
    { ann: { seq: 3, deliveredSeq: 5 }, bo: { seq: 7, deliveredSeq: 7 } },
    { ann: { seq: 3, deliveredSeq: 5 }, bo: { seq: 7, deliveredSeq: 7 }, cleo: { seq: 0, deliveredSeq: 8 } },
  ]);
});
