import { showsReceipts } from "../timeline/seen";
import type { RoomState } from "./room";

/** What is read before then is told as read alone, ms. */
const UNREAD_MS = 1_000;

/** Tells the server up to where rooms have come to this page, where the others are shown it and it is not read at once. */
export class Deliveries {
  /** Up to where a room was told of, or is about to be. */
  private readonly told = new Map<string, number>();

  constructor(private readonly mark: (roomId: string, seq: number) => Promise<number>) {}

  /** Looks at one of our own rooms, which may have changed. */
  look(room: RoomState): void {
    const mine = room.mine.peek();
    if (!mine || mine.unread === 0 || mine.lastSeq <= (this.told.get(room.id) ?? 0) || !showsReceipts(room.info.peek())) return;
    const { lastSeq } = mine;
    this.told.set(room.id, lastSeq);
    setTimeout(() => void this.tell(room, lastSeq), UNREAD_MS);
  }

  /** What is refused, or not kept because we are not to be seen, is told with what comes next. */
  private async tell(room: RoomState, seq: number): Promise<void> {
    if (seq > (room.readSeq.peek() ?? 0)) await this.mark(room.id, seq).catch(() => {});
  }
}
