import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import type { NewMessage, User } from "../protocol";
import type { RoomRequests } from "../rooms/requests";
import { People } from "./people";
import { Recent } from "./recent";
import { RoomState } from "./room";

const me: User = { id: "me", name: "Me" } as User;
const people = new People(me, {} as RoomRequests);

/** A room with so many messages of its log read. */
function roomWith(id: string, count: number): RoomState {
  const room = new RoomState(id, "me", people, signal(0));
  room.dispatch({ type: "joined", lastSeq: count });
  const messages = Array.from({ length: count }, (_, i): NewMessage => ({ id: `${i}`, roomId: id, seq: i + 1, text: "x", author: "bo", timestamp: "2026-01-01T00:00:00.000Z" }));
  room.dispatch({ type: "page", before: count + 1, messages, hasBefore: false });
  return room;
}

test("of many rooms that were open only the last ones keep messages, and the others are read again", () => {
  const recent = new Recent();
  const rooms = Array.from({ length: 100 }, (_, i) => roomWith(`r${i}`, 60));
  for (const room of rooms) recent.opened(room);
  const held = rooms.map((room) => room.log.peek().messages.length);
  expect(held).toEqual([...Array<number>(90).fill(0), ...Array<number>(10).fill(60)]);
  const { loaded, hasBefore, first, last } = rooms[0]?.log.peek() ?? {};
  expect({ loaded, hasBefore, first, last }).toEqual({ loaded: false, hasBefore: true, first: 61, last: 60 });
});

test("the same room again is one room", () => {
  const recent = new Recent();
  const room = roomWith("a", 60);
  const other = roomWith("b", 60);
  recent.opened(other);
  for (let i = 0; i < 50; i++) recent.opened(room);
  expect(other.log.peek().messages).toHaveLength(60);
});

test("a long log is cut once its room is left", () => {
  const recent = new Recent();
  const long = roomWith("long", 5000);
  recent.opened(long);
  expect(long.log.peek().messages).toHaveLength(5000);
  recent.opened(roomWith("next", 1));
  expect(long.log.peek().messages).toHaveLength(150);
  expect(long.log.peek().hasBefore).toBe(true);
});
