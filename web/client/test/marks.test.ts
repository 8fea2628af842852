import { expect, test, vi } from "vitest";
import { ChatError } from "../src/errors.js";
import { Marks } from "../src/marks.js";
import type { ReadState } from "../src/wire-rooms.js";

/** A server whose answers are held back until they are let go. */
function world() {
  const asked: string[] = [];
  const held: { answer: () => void; fail: (error: ChatError) => void }[] = [];
  const ask = (roomId: string, seq: number): Promise<ReadState> => {
    asked.push(`${roomId} ${seq}`);
    return new Promise((resolve, reject) => held.push({ answer: () => resolve({ readSeq: seq, unread: 0, mentions: 0 }), fail: reject }));
  };
  const marks = new Marks(ask, 0, () => 0);
  const answer = async (): Promise<void> => {
    await vi.waitFor(() => expect(held).not.toHaveLength(0));
    held.shift()?.answer();
  };
  return { marks, asked, held, answer };
}

test("of many marks one is under way, and the highest is the next", async () => {
  const { marks, asked, answer } = world();
  marks.begin();
  const all = [5, 7, 30, 12].map((seq) => marks.mark("general", seq));
  const other = marks.mark("other", 1);
  expect(asked).toEqual(["general 5", "other 1"]);
  await answer();
  await answer();
  await other;
  expect((await all[0])?.readSeq).toBe(5);
  await answer();
  expect((await Promise.all(all)).map(({ readSeq }) => readSeq)).toEqual([5, 30, 30, 30]);
  expect(asked).toEqual(["general 5", "other 1", "general 30"]);
  await vi.waitFor(() => expect(marks.pending("general")).toBeUndefined());
});

test("a mark waits for the connection, and outlives one", async () => {
  const { marks, asked, held, answer } = world();
  const state = marks.mark("general", 5);
  expect(asked).toEqual([]);
  marks.begin();
  expect(asked).toEqual(["general 5"]);
  marks.end();
  held.shift()?.fail(new ChatError("UNAVAILABLE", "lost", true));
  expect(marks.pending("general")).toBe(5);
  marks.begin();
  await answer();
  expect((await state).readSeq).toBe(5);
});

test("what passes is tried again, what does not is told", async () => {
  const { marks, asked, held, answer } = world();
  marks.begin();
  const state = marks.mark("general", 5);
  held.shift()?.fail(new ChatError("RATE_LIMITED", "later", true, 1));
  await answer();
  await state;
  const refused = [marks.mark("club", 3), marks.mark("club", 4)];
  held.shift()?.fail(new ChatError("NOT_FOUND", "no such room", false));
  for (const one of refused) await expect(one).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(asked).toEqual(["general 5", "general 5", "club 3"]);

  const left = marks.mark("general", 9);
  marks.close();
  await expect(left).rejects.toMatchObject({ code: "UNAVAILABLE" });
});
