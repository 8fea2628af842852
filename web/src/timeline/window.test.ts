import { expect, test } from "vitest";
import { groupByDay, type Item, keepKeys, logItem } from "./rows";
import { cut, Extents, MOST_ROWS, type View, viewAround, viewAtEnd } from "./window";

/** The most that may ever be on the page. */
const LIMIT = 200;
const SEED = 7;
const MINUTE = 60_000;

/** Numbers from 0 to below `below`, the same ones in each run. */
function dice(): (below: number) => number {
  let state = SEED;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

function items(from: number, to: number): Item[] {
  const at = new Date(2026, 4, 10, 12).getTime();
  return Array.from({ length: to - from }, (_, i) => {
    const seq = from + i;
    return logItem({ id: "", roomId: "r", seq, text: "x", author: seq % 7 < 4 ? "ann" : "bo", timestamp: new Date(at + seq * 30 * MINUTE).toISOString() }, "me");
  });
}

test("wherever one reads, and whatever comes before and behind, what is in sight is on the page and little else", () => {
  const roll = dice();
  for (let run = 0; run < 200; run++) {
    let count = roll(600);
    let view: View | undefined;
    for (let step = 0; step < 40; step++) {
      const older = roll(4) === 0 ? roll(100) : 0;
      count += older + roll(3);
      const before: View | undefined = view && { from: view.from + older, to: Math.min(count, view.to + older) };
      if (count === 0 || roll(5) === 0) {
        view = viewAtEnd(count, before);
        expect(view.to).toBe(count);
        expect(view.to - view.from).toBeGreaterThanOrEqual(Math.min(count, MOST_ROWS));
      } else {
        const first = roll(count);
        const last = Math.min(count - 1, first + roll(90));
        view = viewAround(count, first, last, before);
        expect(view.from).toBeLessThanOrEqual(first);
        expect(view.to).toBeGreaterThan(last);
      }
      expect(view.from).toBeGreaterThanOrEqual(0);
      expect(view.to).toBeLessThanOrEqual(count);
      expect(view.to - view.from).toBeLessThan(LIMIT);
    }
  }
});

test("a little scrolling asks for no other rows", () => {
  const view = viewAround(1000, 500, 510);
  expect(viewAround(1000, 510, 520, view)).toBe(view);
  expect(viewAround(1000, 560, 570, view)).not.toBe(view);
});

test("where more is in sight than may be on the page, nothing is asked for again and again", () => {
  const view = viewAround(1000, 500, 700);
  expect(viewAround(1000, 500, 700, view)).toBe(view);
});

test("at the end one new message does not make the oldest leave, many do", () => {
  const view = viewAtEnd(1000);
  expect(viewAtEnd(1001, view).from).toBe(view.from);
  expect(viewAtEnd(1100, view).from).toBe(1100 - MOST_ROWS);
});

test("what is cut has the rows of the view, in order, under the keys of the whole", () => {
  const rows = items(1, 400);
  const days = groupByDay(rows);
  const keys = new Map(days.flatMap((day) => day.groups).flatMap((group) => group.items.map((item) => [item.key, group.key])));
  for (const view of [{ from: 0, to: 0 }, { from: 0, to: 1 }, { from: 33, to: 178 }, { from: 300, to: 399 }, { from: 0, to: 399 }]) {
    const groups = cut(days, view).flatMap((day) => day.groups);
    expect(groups.flatMap((group) => group.items)).toEqual(rows.slice(view.from, view.to));
    for (const group of groups) for (const item of group.items) expect(group.key).toBe(keys.get(item.key));
  }
});

test("a group keeps its key when older messages of its author come before it", () => {
  const flood = (from: number, to: number) => items(from, to).map((item) => ({ ...item, author: "ann", at: item.at - item.seq * 29 * MINUTE }));
  const [newer] = groupByDay(flood(50, 100));
  const keys = keepKeys(newer ? [newer] : [], new Map());
  const whole = groupByDay(flood(1, 100));
  keepKeys(whole, keys);
  const groups = whole.flatMap((day) => day.groups);
  expect(groups.filter((group) => group.key === newer?.groups[0]?.key)).toHaveLength(1);
  expect(groups.find((group) => group.items.some((item) => item.seq === 50))?.key).toBe(newer?.groups[0]?.key);
  expect(new Set(groups.map((group) => group.key)).size).toBe(groups.length);
});

test("a group that is cut in two gives its key to one of them", () => {
  const rows = items(1, 4);
  const keys = keepKeys(groupByDay(rows.map((row) => ({ ...row, author: "ann", at: 0 }))), new Map());
  const halves = groupByDay(rows.map((row) => ({ ...row, author: "ann", at: 0 })), 2);
  keepKeys(halves, keys);
  expect(halves.flatMap((day) => day.groups).map((group) => group.key)).toEqual(["s1", "s2"]);
});

test("heights are those measured, the mean for the rest, and lead to a row and back", () => {
  const rows = items(1, 101);
  const extents = new Extents();
  extents.set("s1", 100);
  extents.set("s2", 50);
  expect(extents.between(rows, 0, 2)).toBe(150);
  expect(extents.between(rows, 0, 4)).toBe(300);
  extents.set("s2", 200);
  expect(extents.between(rows, 0, 3)).toBe(450);
  expect(extents.at(rows, 110)).toEqual({ row: 1, below: 10 });
  expect(extents.at(rows, -5)).toEqual({ row: 0, below: 0 });
  expect(extents.at(rows, 1e9)).toEqual({ row: 99, below: 0 });
});
