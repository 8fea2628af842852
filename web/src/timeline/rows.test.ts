import { expect, test } from "vitest";
import { emptyLog, type RoomLog } from "./log";
import { dayKey, groupByDay, type Item, itemsOf, logItem } from "./rows";

const noon = new Date(2026, 4, 10, 12).getTime();
const minute = 60_000;

function item(seq: number, author: string, at: number): Item {
  return logItem({ id: "", roomId: "r", seq, text: "x", author, timestamp: new Date(at).toISOString() }, "me");
}

const shape = (items: Item[], breakBefore?: number) =>
  groupByDay(items, breakBefore).map((day) => day.groups.map((group) => group.items.map((i) => i.seq)));

test("one sender within five minutes is one group", () => {
  expect(shape([item(1, "ann", noon), item(2, "ann", noon + 4 * minute), item(3, "ann", noon + 9 * minute)])).toEqual([[[1, 2], [3]]]);
});

test("another sender begins a group, and so does the first one after him", () => {
  expect(shape([item(1, "ann", noon), item(2, "bo", noon), item(3, "ann", noon)])).toEqual([[[1], [2], [3]]]);
});

test("days are the viewer's, not UTC's", () => {
  const lateEvening = new Date(2026, 4, 10, 23, 59, 30).getTime();
  const days = groupByDay([item(1, "ann", lateEvening), item(2, "ann", lateEvening + minute)]);
  expect(days.map((day) => day.key)).toEqual(["2026-05-10", "2026-05-11"]);
  expect(dayKey(lateEvening)).toBe("2026-05-10");
});

test("a clock that goes back neither makes an empty day nor a key twice", () => {
  const next = noon + 24 * 60 * minute;
  const days = groupByDay([item(1, "ann", noon), item(2, "bo", next), item(3, "ann", noon), item(4, "ann", next)]);
  expect(new Set(days.map((day) => day.key)).size).toBe(days.length);
  expect(days.flatMap((day) => day.groups.flatMap((group) => group.items)).map((i) => i.seq)).toEqual([1, 2, 3, 4]);
});

test("the first unread begins a group", () => {
  expect(shape([item(1, "ann", noon), item(2, "ann", noon)], 2)).toEqual([[[1], [2]]]);
});

test("the same clientId of two authors gives two keys", () => {
  const of = (author: string) => logItem({ id: "", roomId: "r", seq: 1, text: "", author, timestamp: "", clientId: "c" }, "me").key;
  expect(of("ann")).not.toBe(of("bo"));
});

test("messages on their way stand in the group of those before", () => {
  const pending = { ...item(0, "me", noon + minute), key: "cme/1" };
  expect(shape([item(1, "me", noon), pending, { ...pending, key: "cme/2" }])).toEqual([[[1, 0, 0]]]);
});

const said = (seq: number, more: object = {}) => ({ id: "", roomId: "r", seq, text: "x", author: "ann", timestamp: new Date(noon).toISOString(), ...more });

test("answers are counted as they are in the log, and a message of which nothing changed is the same row", () => {
  const made = new WeakMap();
  const rows = (log: RoomLog) => itemsOf(log, [], "Me", made);
  const log = { ...emptyLog("me"), last: 4, messages: [said(1, { replies: 7 }), said(2, { parent: 1 }), said(3, { parent: 1 })] };
  const before = rows(log);
  expect(before.map(({ replies }) => replies)).toEqual([2, 0, 0]);
  const after = rows({ ...log, messages: log.messages.with(2, said(3, { parent: 1, deleted: true })) });
  expect(after.map(({ replies }) => replies)).toEqual([1, 0, 0]);
  expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
  // Of a part from further back the server counted those that are not here.
  expect(rows({ ...log, hasAfter: true }).map(({ replies }) => replies)).toEqual([7, 0, 0]);
});
