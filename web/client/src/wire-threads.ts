// The answers to a message, as they are to the user.

import { decodeList, decodeMessage, type Fields, isFields, isSeq, type Message, text } from "./wire.js";

/** A thread is named by its room and the message that is answered. */
export interface ThreadState {
  readonly roomId: string;
  readonly thread: number;
  readonly following: boolean;
  /** Up to here its answers are read, in the thread or in the room. */
  readonly readSeq: number;
  readonly unread: number;
}

/** One that is followed and has answers that are not read. */
export interface UnreadThread extends ThreadState {
  /** Of the newest answer. */
  readonly lastSeq: number;
  /** RFC 3339. */
  readonly lastAt: string;
  /** What is answered. */
  readonly message: Message;
}

const count = (value: unknown): number => (isSeq(value) ? value : 0);

export function decodeThread(value: Fields): ThreadState | undefined {
  const { roomId, thread, following } = value;
  if (typeof roomId !== "string" || !isSeq(thread)) return undefined;
  return { roomId, thread, following: following === true, readSeq: count(value["readSeq"]), unread: count(value["unread"]) };
}

export function decodeUnreadThreads(value: unknown): UnreadThread[] {
  return decodeList(value, (fields) => {
    const state = decodeThread(fields);
    const { message } = fields;
    if (!state || !isFields(message) || !isSeq(message["seq"])) return undefined;
    return { ...state, lastSeq: count(fields["lastSeq"]), lastAt: text(fields["lastAt"]), message: decodeMessage(message) };
  });
}
