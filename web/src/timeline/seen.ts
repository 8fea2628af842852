// How far the others have read, as it is shown at our messages.

import type { Chat } from "../chat/chat";
import type { Reached, RoomState } from "../chat/room";
import type { Room } from "../protocol";

export interface Seen {
  /** Our messages up to here were read by somebody. */
  readonly readUpTo: number;
  /** Our messages up to here have come to somebody. */
  readonly deliveredUpTo: number;
  /** The message of ours below which it is said by whom it was read, but for direct rooms; 0: none. */
  readonly under: number;
  readonly by: readonly string[];
}

const NOBODY: Seen = { readUpTo: 0, deliveredUpTo: 0, under: 0, by: [] };

export function showsReceipts(room: Room): boolean {
  return room.type === "direct" || room.receipts;
}

/** Read in a component, it follows. */
export function seenOf(chat: Chat, room: RoomState): Seen {
  const info = room.info.value;
  if (!showsReceipts(info)) return NOBODY;
  const others = [...room.receipts.value.values()];
  const upTo = { readUpTo: Math.max(0, ...others.map(({ seq }) => seq)), deliveredUpTo: Math.max(0, ...others.map(({ deliveredSeq }) => deliveredSeq)) };
  const newest = room.log.value.messages.findLast((message) => message.author === chat.user.id && !message.deleted);
  if (info.type === "direct" || !newest) return { ...NOBODY, ...upTo };
  const by = reachedBy(chat, room, newest.seq).readers.map(({ name }) => name);
  return { ...upTo, ...(by.length === 0 ? { under: 0, by } : { under: newest.seq, by }) };
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Who has read a message of a room that shows it, and who has it on a device and has not read it, by name. Read in a component, it follows. */
export function reachedBy(chat: Chat, room: RoomState, messageSeq: number): { readers: readonly Named[]; receivers: readonly Named[] } {
  const those = (are: (reached: Reached) => boolean): Named[] =>
    [...room.receipts.value]
      .filter(([, reached]) => are(reached))
      .map(([id]) => ({ id, name: chat.people.name(id) }))
      .sort((a, b) => a.name.localeCompare(b.name));
  return {
    readers: those(({ seq }) => seq >= messageSeq),
    receivers: those(({ seq, deliveredSeq }) => seq < messageSeq && deliveredSeq >= messageSeq),
  };
}

export type Reach = "delivered" | "read" | undefined;

/** How far a message of ours has come. */
export function reachOf(seq: number, { readUpTo, deliveredUpTo }: Seen): Reach {
  if (seq <= readUpTo) return "read";
  return seq <= deliveredUpTo ? "delivered" : undefined;
}
