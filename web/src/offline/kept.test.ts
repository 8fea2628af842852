import { expect, test } from "vitest";
import type { LogEvent, NewMessage } from "../protocol";
import { unknownRoom } from "../protocol-rooms";
import { bounded, type KeptRoom, MOST_BYTES, MOST_MESSAGES, withEvents } from "./kept";

const at = "2026-03-01T10:00:00.000Z";
const message = (seq: number, text = `message ${seq}`): NewMessage => ({ id: `m${seq}`, roomId: "r", seq, text, author: "bo", timestamp: at });
const live = (seq: number, text?: string): LogEvent => ({ event: "new_message", ...message(seq, text) });
const edit = (seq: number, target: number): LogEvent => ({ event: "message_updated", roomId: "r", seq, target, text: "edited", timestamp: at });
const remove = (seq: number, target: number): LogEvent => ({ event: "message_deleted", roomId: "r", seq, target });

function kept(count: number): KeptRoom {
  const messages = Array.from({ length: count }, (_, i) => message(i + 1));
  const mine = { id: "r", name: "r", type: "private", role: "member", lastSeq: count, readSeq: 0, unread: 0, mentions: 0 } as const;
  return { user: "ann", id: "r", info: unknownRoom("r"), mine, messages, hasBefore: false, lastSeq: count, asOf: 1, readAt: 1 };
}

test("events go on with what is kept, each once", () => {
  const after = withEvents(kept(3), [live(3), live(4), edit(5, 2), remove(6, 1), { event: "void", roomId: "r", seq: 7 }], 9);
  expect(after?.messages.map(({ seq, text, deleted }) => [seq, text, deleted ?? false])).toEqual([
    [1, "", true],
    [2, "edited", false],
    [3, "message 3", false],
    [4, "message 4", false],
  ]);
  expect([after?.lastSeq, after?.asOf, after?.hasBefore]).toEqual([7, 9, false]);
});

test("of what is deleted neither its files' names nor whom it named are kept", () => {
  const secret = { ...message(1, "for @ann"), mentions: ["ann"], attachments: [{ id: "f1", name: "payslip.pdf", size: 1, type: "application/pdf", width: 0, height: 0, thumbnail: false }] };
  const after = withEvents({ ...kept(0), messages: [secret], lastSeq: 1 }, [remove(2, 1)], 9);
  expect(after?.messages).toEqual([{ ...message(1, ""), deleted: true }]);
});

test("a hole cannot be gone over", () => {
  expect(withEvents(kept(3), [live(5)], 9)).toBeUndefined();
});

test("the newest are kept, by number and by size", () => {
  const many = withEvents(kept(MOST_MESSAGES), [live(MOST_MESSAGES + 1)], 9);
  expect([many?.messages.length, many?.messages[0]?.seq, many?.hasBefore]).toEqual([MOST_MESSAGES, 2, true]);
  const long = "x".repeat(MOST_BYTES / 3);
  const large = bounded({ ...kept(0), messages: [message(1, long), message(2, long), message(3, long)] });
  expect([large.messages.map(({ seq }) => seq), large.hasBefore]).toEqual([[2, 3], true]);
  expect(bounded({ ...kept(0), messages: [message(1, long + long + long + long)] }).messages.length).toBe(1);
});
