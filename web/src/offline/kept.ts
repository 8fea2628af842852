// What this browser keeps of a room for when there is no connection: its newest messages, as the log has made them.

import type { MyRoom } from "../../client/src/index";
import type { LogEvent, NewMessage, Room } from "../protocol";
import { changed } from "../timeline/log";

/** Messages kept of a room, and how many bytes they take at most as JSON: with long ones it is fewer of them. */
export const MOST_MESSAGES = 50;
export const MOST_BYTES = 256 * 1024;
/** Rooms of which messages are kept: with MOST_BYTES it is never more than 25 MiB. */
export const MOST_ROOMS = 100;

export interface KeptRoom {
  readonly user: string;
  readonly id: string;
  readonly info: Room;
  readonly mine: MyRoom;
  /** Ascending by seq. */
  readonly messages: readonly NewMessage[];
  /** There are older ones that are not kept. */
  readonly hasBefore: boolean;
  /** Every event up to here is in them. */
  readonly lastSeq: number;
  /** When it was so, and when it was read from the server as a whole; ms of Date.now(). */
  readonly asOf: number;
  readonly readAt: number;
}

/** Cuts to the newest that may be kept. */
export function bounded(kept: KeptRoom): KeptRoom {
  let messages = kept.messages.slice(-MOST_MESSAGES);
  let bytes = messages.map((message) => JSON.stringify(message).length).reduce((sum, size) => sum + size, 0);
  while (bytes > MOST_BYTES && messages.length > 1) {
    bytes -= JSON.stringify(messages[0]).length;
    messages = messages.slice(1);
  }
  return { ...kept, messages, hasBefore: kept.hasBefore || messages.length < kept.messages.length };
}

/** What events of the room's log make of it; undefined: there is a hole before them, and it has to be read anew. */
export function withEvents(kept: KeptRoom, events: readonly LogEvent[], now: number): KeptRoom | undefined {
  let { lastSeq } = kept;
  let messages = [...kept.messages];
  for (const event of events) {
    if (event.seq <= lastSeq) continue;
    if (event.seq > lastSeq + 1) return undefined;
    lastSeq = event.seq;
    if (event.event === "new_message" && !messages.some(({ seq }) => seq === event.seq)) messages.push(event);
    if ("target" in event) messages = messages.map((message) => (message.seq === event.target ? changed(message, event, kept.user) : message));
  }
  return bounded({ ...kept, messages, lastSeq, asOf: now });
}
