import { expect, test, vi } from "vitest";
import { Room, type RoomHost } from "../src/room.js";
import type { Fields } from "../src/wire.js";

test("a room whose members are not known is joined again where it was; one that one is out of is not", async () => {
  const asked: Fields[] = [];
  const told: string[] = [];
  const ask: RoomHost["ask"] = (event, payload, take) => {
    const answer = { ok: true, room: { id: "club" }, events: [], more: false, lastSeq: 7 };
    asked.push({ event, ...payload });
    take?.(answer);
    return Promise.resolve(answer);
  };
  const nothing = (): void => {};
  const host = { ask, me: "ann", joined: nothing, heard: nothing, reset: nothing, out: (id: string) => void told.push(`out of ${id}`) } as unknown as RoomHost;
  const room = new Room("club", host, 7);
  room.on("left", (reason) => told.push(reason));
  room.on("message", ({ seq }) => told.push(String(seq)));
  await room.begin(false);
  room.receive("room_left", { roomId: "club", reason: "rejoin" }, undefined);
  await vi.waitFor(() => expect(asked).toEqual(Array.from({ length: 2 }, () => ({ event: "join_room", roomId: "club", since: 7 }))));
  expect([told, room.left]).toEqual([[], undefined]);
  room.receive("room_left", { roomId: "club", reason: "banned" }, undefined);
  room.receive("new_message", {}, { event: "new_message", roomId: "club", seq: 8 });
  room.receive("room_left", { roomId: "club", reason: "rejoin" }, undefined);
  expect([told, room.left, asked.length]).toEqual([["out of club", "banned"], "banned", 2]);
});
