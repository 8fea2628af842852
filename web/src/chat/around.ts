// Reading a room's history from a message on, wherever in it that stands.

import { ChatError } from "../../client/src/index";
import { decodeMessages } from "../protocol-decode";
import { endOf, type RoomLog } from "../timeline/log";
import type { RoomState } from "./room";

/** Messages a page holds. */
const PAGE_SIZE = 50;

/**
 * What became of a message that was asked for: it is shown; it is older than what is kept; there is none of this number;
 * there is no connection; or the server would not tell.
 */
export type AroundEnd = "shown" | "trimmed" | "none" | "offline" | "failed";

/** Has the room's timeline show a message: in what was read already, or in a page around it, unless that is not wanted any more when it comes. */
export async function readAround(room: RoomState, seq: number, isWanted: () => boolean): Promise<AroundEnd> {
  if (holds(room.shown.peek(), seq)) return endFor(room.shown.peek(), seq);
  if (!room.handle) return "failed";
  try {
    const page = await room.handle.history({ around: seq, limit: PAGE_SIZE });
    if (!isWanted()) return "none";
    room.showAround(decodeMessages(page.messages), page.hasBefore, page.hasAfter);
    return endFor(room.shown.peek(), seq);
  } catch (error) {
    return error instanceof ChatError && error.code === "UNAVAILABLE" ? "offline" : "failed";
  }
}

/** Reads the page behind what is shown, where that is a part from further back. */
export function readNewer(room: RoomState): Promise<void> {
  room.newer ??= readPage(room).finally(() => {
    room.newer = undefined;
  });
  return room.newer;
}

async function readPage(room: RoomState): Promise<void> {
  const shown = room.shown.peek();
  if (!shown.hasAfter || !room.handle) return;
  const after = endOf(shown);
  try {
    const page = await room.handle.history({ after, limit: PAGE_SIZE });
    room.dispatch({ type: "newer", after, messages: decodeMessages(page.messages), hasAfter: page.hasAfter });
  } catch {
    // Scrolling on asks again, and the way to the present needs no page.
  }
}

/** Whether a message of this number would stand among what is here. */
function holds(log: RoomLog, seq: number): boolean {
  return log.loaded && seq >= log.first && seq <= (log.hasAfter ? endOf(log) : log.last);
}

function endFor(log: RoomLog, seq: number): AroundEnd {
  if (log.messages.some((message) => message.seq === seq)) return "shown";
  const oldest = log.messages[0]?.seq ?? 0;
  return !log.hasBefore && seq < oldest && oldest > 1 ? "trimmed" : "none";
}
