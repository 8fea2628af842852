// What is kept of the rooms that were open and are not any more: of the last ones their newest messages, so that they are there
// at once; of the others none, so that who goes through hundreds of rooms in a day does not keep them all in memory.

import type { RoomState } from "./room";

/** Rooms whose messages are kept, with the open one. */
const KEEP_ROOMS = 10;
/** Messages kept of a room that is not open, and the number above which they are cut to it. */
const KEEP_MESSAGES = 150;
const TRIM_ABOVE = 300;

export class Recent {
  private readonly rooms = new Set<RoomState>(); // the one opened last is the last

  /** A room is open now, and no other is. */
  opened(room: RoomState): void {
    this.rooms.delete(room);
    for (const left of this.rooms) {
      left.showPresent();
      trim(left);
    }
    this.rooms.add(room);
    for (const oldest of this.rooms) {
      if (this.rooms.size <= KEEP_ROOMS) return;
      this.rooms.delete(oldest);
      oldest.dispatch({ type: "forget" });
    }
  }
}

/** Cuts what is kept of a room that is not open. */
export function trim(room: RoomState): void {
  if (room.log.peek().messages.length > TRIM_ABOVE) room.dispatch({ type: "trim", keep: KEEP_MESSAGES });
}
