// How far the others have read, as it is shown at our messages.

import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import type { Room } from "../protocol";

export interface Seen {
  /** In a direct room: our messages up to here were read. */
  readonly readUpTo: number;
  /** In others: the message of ours below which it is said by whom it was read; 0: none. */
  readonly under: number;
  readonly by: readonly string[];
}

const NOBODY: Seen = { readUpTo: 0, under: 0, by: [] };

export function showsReceipts(room: Room): boolean {
  return room.type === "direct" || room.receipts;
}

/** Read in a component, it follows. */
export function seenOf(chat: Chat, room: RoomState): Seen {
  const info = room.info.value;
  if (!showsReceipts(info)) return NOBODY;
  const receipts = room.receipts.value;
  if (info.type === "direct") return { ...NOBODY, readUpTo: info.userId === undefined ? 0 : (receipts.get(info.userId) ?? 0) };
  const newest = room.log.value.messages.findLast((message) => message.author === chat.user.id && !message.deleted);
  if (!newest) return NOBODY;
  const by = readersOf(chat, room, newest.seq).map(({ name }) => name);
  return by.length === 0 ? NOBODY : { readUpTo: newest.seq, under: newest.seq, by };
}

/** Who has read a message of a room that shows it, by name, but for oneself. Read in a component, it follows. */
export function readersOf(chat: Chat, room: RoomState, seq: number): readonly { id: string; name: string }[] {
  return [...room.receipts.value]
    .filter(([id, upTo]) => upTo >= seq && id !== chat.user.id)
    .map(([id]) => ({ id, name: chat.people.name(id) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
