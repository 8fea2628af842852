// The messages that were refused for good, in whichever room.

import type { OutboxEntry } from "../../client/src/index";
import type { Refused } from "../chat/asking";

export interface Unsent {
  readonly clientId: string;
  readonly roomId: string;
  readonly text: string;
  readonly files: number;
  readonly at: number; // ms since 1970, about
  readonly error: Refused;
}

/** Those of an outbox that failed, oldest first. */
export function unsentOf(entries: readonly OutboxEntry[]): Unsent[] {
  return entries.flatMap(({ clientId, roomId, event, order, payload, failed }) => {
    if (event !== "send_message" || !failed) return [];
    const { text, attachments } = payload;
    return [{ clientId, roomId, text: typeof text === "string" ? text : "", files: Array.isArray(attachments) ? attachments.length : 0, at: order, error: failed }];
  });
}
