// Tells the server how far its user has read, and takes from it what is unread.
//
// Order and loss: one mark_read of a room is on its way at a time, the newest number is
// sent when that is answered; what could not be said is said after the next `ready`.

import type { RoomRequests } from "../rooms/requests";
import type { RoomState } from "./room";

/** Between two times that numbers are sent, in ms: messages may come in hundreds. The first goes at once, for the page may be left. */
const PACE_MS = 250;

export class Reading {
  /** What is to be said, by room; a number below what is read asks for the counts only. */
  private readonly due = new Map<RoomState, number>();
  private readonly busy = new Set<RoomState>();
  private last = -PACE_MS; // when numbers were sent, by performance.now()
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** The page is left: what is read is said now or never. */
  private readonly leaving = () => this.flush();

  constructor(private readonly requests: RoomRequests) {
    window.addEventListener("pagehide", this.leaving);
  }

  /** The newest message is in sight: all of the room is read. */
  readToEnd(room: RoomState): void {
    const seq = room.log.peek().last;
    const before = room.readSeq.peek();
    if (before === undefined || seq <= before) return;
    room.readSeq.value = seq;
    this.say(room, seq);
  }

  /** Asks how much of a room is unread: something here cannot be counted from what is at hand. */
  refresh(room: RoomState): void {
    this.say(room, room.readSeq.peek() ?? 0);
  }

  /** The connection is back. */
  resume(): void {
    this.later();
  }

  close(): void {
    clearTimeout(this.timer);
    window.removeEventListener("pagehide", this.leaving);
  }

  private say(room: RoomState, seq: number): void {
    this.due.set(room, Math.max(seq, this.due.get(room) ?? 0));
    this.later();
  }

  private later(): void {
    this.timer ??= setTimeout(() => this.flush(), Math.max(0, this.last + PACE_MS - performance.now()));
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.last = performance.now();
    for (const room of [...this.due.keys()]) void this.tell(room);
  }

  private async tell(room: RoomState): Promise<void> {
    const seq = this.due.get(room);
    if (seq === undefined || this.busy.has(room)) return;
    this.busy.add(room);
    this.due.delete(room);
    try {
      room.takeRead(await this.requests.markRead(room.id, seq), room.log.peek().last);
      room.isMine = true;
    } catch {
      // Said again when the connection is back, unless more was read by then.
      if (room.presence.peek().kind !== "refused" && !this.due.has(room)) this.due.set(room, seq);
      this.busy.delete(room);
      return;
    }
    this.busy.delete(room);
    if (this.due.has(room)) this.later();
  }
}
