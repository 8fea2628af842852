// Reads what was said in a room before what is there, page by page.

import { ChatError } from "../../client/src/index";
import { decodeMessages } from "../protocol-decode";
import type { RoomState } from "./room";

/** Messages one page of history brings, and the most it may. */
const PAGE_SIZE = 50;
const MOST_A_PAGE = 100;
/** With so many unread messages at most a room is opened where they begin; of more, reading them all would take too long. */
export const LAND_WITHIN = 200;

export class Pages {
  constructor(private readonly isOnline: () => boolean) {}

  /** Reads what is to be seen of a room that is opened: to where its unread messages begin, if that is near. */
  readNewest(room: RoomState): void {
    const mine = room.mine.peek();
    if (mine && mine.unread > 0 && mine.unread <= LAND_WITHIN) void this.readToUnread(room, mine.readSeq);
    else if (!room.log.peek().loaded) void this.readOlder(room);
  }

  /** Reads back to where the unread messages begin; false: it was not to be had. */
  async readToUnread(room: RoomState, readSeq: number): Promise<boolean> {
    for (;;) {
      const { first, hasBefore, last } = room.log.peek();
      if (first <= readSeq + 1 || !hasBefore) return last >= 0;
      await this.readOlder(room, Math.min(MOST_A_PAGE, Math.max(PAGE_SIZE, first - readSeq)));
      if (room.log.peek().first === first && room.log.peek().hasBefore) return false;
    }
  }

  /** Reads the page before what is there, or waits for the one that is being read. */
  readOlder(room: RoomState, limit = PAGE_SIZE): Promise<void> {
    room.older ??= this.readPage(room, limit).finally(() => {
      room.older = undefined;
    });
    return room.older;
  }

  private async readPage(room: RoomState, limit: number): Promise<void> {
    const { first, hasBefore, last } = room.shown.peek();
    if (last < 0 || !room.handle || !hasBefore) return;
    if (!this.isOnline()) return; // read when it is back: see joined
    room.paging.value = "loading";
    try {
      const page = await room.handle.history({ before: first, limit });
      room.dispatch({ type: "page", before: first, messages: decodeMessages(page.messages), hasBefore: page.hasBefore });
      room.paging.value = "idle";
      // A reset came before the page did, which is of no use any more.
      if (!room.log.peek().loaded) await this.readPage(room, limit);
    } catch (error) {
      room.paging.value = error instanceof ChatError && error.code === "UNAVAILABLE" ? "idle" : "failed";
    }
  }
}
