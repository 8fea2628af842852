import { expect, onTestFinished, test, vi } from "vitest";
import { ChatError } from "../src/errors.js";
import { MyRooms } from "../src/my-rooms.js";
import type { LogEvent } from "../src/wire.js";
import type { MyRoom, ReadState } from "../src/wire-rooms.js";

const APART_MS = 1000;
/** Longer than any wait between two questions. */
const LONG_MS = 60_000;

const club: MyRoom = { id: "club", name: "The Club", type: "private", role: "member", lastSeq: 10, readSeq: 2, unread: 8, mentions: 0 };
const event = (seq: number, more: Record<string, unknown> = {}): LogEvent => ({ event: "new_message", roomId: "club", seq, author: "ben", ...more });

/** A user's rooms, and a server that counts when it is told to. */
function world(follows = true) {
  const asked: ((state: ReadState | Promise<never>) => void)[] = [];
  let changes = 0;
  const rooms = new MyRooms({
    count: () => new Promise((resolve) => asked.push(resolve)),
    follows: () => follows,
    changed: () => void changes++,
  }, APART_MS);
  rooms.begin("ann", [club]);
  const unread = (): number | undefined => rooms.get("club")?.unread;
  return { rooms, asked, unread, changes: () => changes };
}

test("a count of the server's that events came close to is asked for again, until none did", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { rooms, asked, unread } = world();
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(asked).toHaveLength(0); // nothing came close to ready
  // It counted the one that comes next, or did not: nobody knows.
  rooms.read({ roomId: "club", seq: 5, unread: 6, mentions: 0 });
  rooms.apply(event(11));
  expect(unread()).toBe(7);
  await vi.advanceTimersByTimeAsync(APART_MS);
  expect(asked).toHaveLength(1);
  rooms.apply(event(12));
  asked[0]?.({ readSeq: 5, unread: 6, mentions: 0 });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(asked).toHaveLength(2);
  asked[1]?.({ readSeq: 5, unread: 7, mentions: 0 });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([unread(), asked.length]).toEqual([7, 2]);
  // Marked above what the server counted all is known, and nothing is asked.
  rooms.read({ roomId: "club", seq: 11, unread: 3, mentions: 0 });
  expect(unread()).toBe(1);
  rooms.apply(event(13));
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([unread(), asked.length]).toEqual([2, 2]);
});

test("what only the server knows is asked for: a removal below what it counted, a hole, a reset", async () => {
  const { rooms, asked, unread } = world();
  rooms.apply(event(11, { event: "message_deleted", target: 4 }));
  expect(asked).toHaveLength(1);
  asked[0]?.({ readSeq: 2, unread: 7, mentions: 0 });
  await vi.waitFor(() => expect(unread()).toBe(7));
  rooms.apply(event(14));
  expect(asked).toHaveLength(2);
  rooms.reset("club", 40);
  expect(asked).toHaveLength(3);
  asked[2]?.({ readSeq: 2, unread: 30, mentions: 2 });
  asked[1]?.({ readSeq: 2, unread: 1, mentions: 0 }); // asked for before the reset, answered late
  await vi.waitFor(() => expect(rooms.get("club")).toMatchObject({ lastSeq: 40, unread: 30, mentions: 2 }));
});

test("each change makes another list; what is known already changes nothing", () => {
  const { rooms, changes } = world();
  const before = rooms.list;
  expect(rooms.list).toBe(before);
  const count = changes();
  rooms.apply(event(10));
  expect(changes()).toBe(count);
  rooms.apply(event(11, { event: "room_updated", name: "Another", topic: "t", readOnly: true, slowModeMs: 5, archived: false, receipts: false }));
  rooms.apply(event(12, { event: "member_updated", userId: "ann", role: "moderator" }));
  expect(before).toEqual([club]);
  expect(rooms.list).toMatchObject([{ name: "Another", topic: "t", readOnly: true, role: "moderator", lastSeq: 12, unread: 8 }]);
  rooms.begin("ann", undefined); // the server could not tell
  expect(rooms.list).toHaveLength(1);
  rooms.begin("eve", undefined);
  expect(rooms.list).toEqual([]);
});

test("of a room that is not followed the server's word counts", () => {
  const { rooms, unread } = world(false);
  rooms.read({ roomId: "club", seq: 10, unread: 3, mentions: 1 });
  expect(unread()).toBe(3);
  rooms.read({ roomId: "club", seq: 9, unread: 4, mentions: 1 }); // an older word
  expect(unread()).toBe(3);
});

test("a count that the server could not give is asked for again; one that it will not give is not", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { rooms, asked, unread } = world();
  // Whether the removed one was unread only the server knows.
  rooms.apply(event(11, { event: "message_deleted", target: 4 }));
  asked[0]?.(Promise.reject(new ChatError("OVERLOADED", "later", true)));
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(asked).toHaveLength(2);
  asked[1]?.({ readSeq: 2, unread: 7, mentions: 0 });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([unread(), asked.length]).toEqual([7, 2]);
  rooms.apply(event(12, { event: "message_deleted", target: 5 }));
  asked[2]?.(Promise.reject(new ChatError("NOT_FOUND", "no such room", false)));
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(asked).toHaveLength(3);
});
