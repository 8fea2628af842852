import { expect, test } from "vitest";
import { type Placed, sectionsOf } from "./sections";

const room = (id: string, more: Partial<Placed> = {}): Placed => ({ id, isDirect: false, unread: 0, mentions: 0, activity: 0, ...more });
const shown = (rooms: Placed[], open?: string) => sectionsOf(rooms, (r) => r, open).map(({ key, rooms: list }) => [key, list.map((r) => r.id)]);

test("unread first, mentions before them, then people, then rooms, each by activity", () => {
  const rooms = [room("old", { activity: 1 }), room("new", { activity: 9 }), room("ann", { isDirect: true }), room("a", { unread: 3, activity: 8 }), room("b", { unread: 1, mentions: 1, activity: 2 })];
  expect(shown(rooms)).toEqual([
    ["unread", ["b", "a"]],
    ["direct", ["ann"]],
    ["rooms", ["new", "old"]],
  ]);
});

test("the open room stays in its own section, and empty sections are not there", () => {
  expect(shown([room("a", { unread: 2 })], "a")).toEqual([["rooms", ["a"]]]);
  expect(shown([])).toEqual([]);
});
