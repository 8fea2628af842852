import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatError, type ThreadState, type UnreadThread } from "../../client/src/index";
import { Threads } from "./threads";

/** Longer than anything waits here, in ms. */
const LONG_MS = 5000;

/** Answers as a server would that counts what it is told to. */
class Client {
  readonly asked: string[] = [];
  state: Omit<ThreadState, "roomId" | "thread"> = { following: true, readSeq: 1, unread: 1 };
  unread: Partial<UnreadThread>[] = [];
  lists = 0;
  /** Until this time, in ms of Date.now(), everything is too fast. */
  closedUntil = 0;
  private readonly listeners = new Map<string, (...args: unknown[]) => void>();

  on(name: string, listener: (...args: unknown[]) => void): void {
    this.listeners.set(name, listener);
  }

  tell(name: string, ...args: unknown[]): void {
    this.listeners.get(name)?.(...args);
  }

  thread(roomId: string, thread: number, change: object = {}): Promise<ThreadState> {
    this.asked.push(`${roomId}/${thread} ${JSON.stringify(change)}`);
    return this.answer({ roomId, thread, ...this.state });
  }

  threads(): Promise<{ threads: Partial<UnreadThread>[]; more: boolean }> {
    this.lists++;
    return this.answer({ threads: this.unread, more: false });
  }

  private answer<T>(value: T): Promise<T> {
    const wait = this.closedUntil - Date.now();
    return wait > 0 ? Promise.reject(new ChatError("RATE_LIMITED", "too fast", true, wait)) : Promise.resolve(value);
  }
}

const answer = (roomId: string, parent: number, author = "ann") => ({ event: "new_message", roomId, seq: 9, parent, author });
const one = { roomId: "r", thread: 1, following: true, readSeq: 1, unread: 1, lastSeq: 5 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function begun(unread: Partial<UnreadThread>[] = []) {
  const client = new Client();
  client.unread = unread;
  const threads = new Threads(client as never, "me");
  client.tell("state", { kind: "online" });
  return { client, threads };
}

test("each connection begins with the list; what is answered is asked for once, and what is not followed no more", async () => {
  const { client, threads } = begun();
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([client.lists, threads.unread.value]).toEqual([1, []]);
  client.state = { following: false, readSeq: 1, unread: 3 };
  for (let i = 0; i < 5; i++) client.tell("event", answer("r", 1));
  await vi.advanceTimersByTimeAsync(LONG_MS);
  client.tell("event", answer("r", 1));
  client.tell("event", { ...answer("r", 1), parent: undefined });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([client.asked, client.lists]).toEqual([["r/1 {}"], 1]);
  // Who answers follows.
  client.state = { following: true, readSeq: 1, unread: 1 };
  client.unread = [one];
  client.tell("event", answer("r", 1, "me"));
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([client.asked.length, client.lists, threads.unread.value]).toEqual([2, 2, [one]]);
  expect(threads.of("r", 1).value).toMatchObject({ following: true, unread: 1 });
});

test("what is read on another device, or in the room, is listed no more; what is read in part is counted anew", async () => {
  const { client, threads } = begun([one, { ...one, thread: 2 }, { ...one, roomId: "s" }]);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  const keys = () => threads.unread.value?.map(({ roomId, thread }) => `${roomId}/${thread}`);
  client.tell("thread", { roomId: "r", thread: 2, following: true, readSeq: 5, unread: 0 });
  expect(keys()).toEqual(["r/1", "s/1"]);
  client.tell("rooms", [{ id: "s", readSeq: 5 }, { id: "r", readSeq: 1 }]);
  expect([keys(), client.lists]).toEqual([["r/1"], 1]);
  client.unread = [one];
  client.tell("rooms", [{ id: "r", readSeq: 3 }]);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(client.lists).toBe(2);
});

test("reading is told once, and only of what is followed and unread", async () => {
  const { client, threads } = begun([one]);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  await threads.read("r", 2, 5); // nothing is known of it
  client.state = { following: true, readSeq: 5, unread: 0 };
  await threads.read("r", 1, 5);
  await threads.read("r", 1, 6);
  expect([client.asked, threads.unread.value]).toEqual([['r/1 {"readSeq":5}'], []]);
});

test("what is refused for being too fast is asked again when the server said, once", async () => {
  const { client, threads } = begun([one]);
  client.closedUntil = Date.now() + 10_000;
  client.tell("event", answer("r", 2));
  await vi.advanceTimersByTimeAsync(9_000);
  // What comes meanwhile waits for the same answer.
  client.tell("event", answer("r", 2));
  const followed = threads.follows("r", 2);
  expect([client.lists, client.asked, threads.unread.value]).toEqual([1, ["r/2 {}"], undefined]);
  client.state = { following: true, readSeq: 1, unread: 0 };
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([client.lists, client.asked, threads.unread.value]).toEqual([2, ["r/2 {}", "r/2 {}"], [one]]);
  expect(await followed).toBe(true);
  // What one reads too fast is told later.
  client.closedUntil = Date.now() + 10_000;
  await threads.read("r", 1, 5);
  client.state = { following: true, readSeq: 5, unread: 0 };
  await vi.advanceTimersByTimeAsync(9_000);
  expect(threads.unread.value).toEqual([one]);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect([client.asked.slice(2), threads.unread.value]).toEqual([['r/1 {"readSeq":5}', 'r/1 {"readSeq":5}'], []]);
});
