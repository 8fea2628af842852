// One room as this page holds it: what the server says of it, its log, and what is read.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { NewMessage, Room } from "../protocol";
import type { Reads } from "../rooms/reads";
import { emptyLog, type LogAction, reduceLog, type RoomLog } from "../timeline/log";

/** Whether this socket is in the room, or why not. */
export type Presence = { kind: "out" } | { kind: "joining" } | { kind: "in" } | { kind: "refused"; message: string };

/** What reading older messages does at the moment. */
export type Paging = "idle" | "loading" | "failed";

export class RoomState {
  readonly info = signal<Room>({ id: "", name: "", type: "public" });
  readonly log = signal<RoomLog>(emptyLog(""));
  readonly presence = signal<Presence>({ kind: "out" });
  readonly paging = signal<Paging>("idle");
  readonly readSeq = signal(0);
  /** The newest message anybody told us of, for the list. */
  readonly preview: ReadonlySignal<NewMessage | undefined>;
  readonly unread: ReadonlySignal<number>;
  private readonly listed = signal<{ lastSeq: number; last: NewMessage | undefined }>({ lastSeq: 0, last: undefined });

  constructor(
    readonly id: string,
    me: string,
    private readonly reads: Reads,
  ) {
    this.info.value = { id, name: id, type: "public" };
    this.log.value = emptyLog(me);
    this.preview = computed(() => {
      const loaded = this.log.value.messages.at(-1);
      const listed = this.listed.value.last;
      return !loaded || (listed && listed.seq > loaded.seq) ? listed : loaded;
    });
    this.unread = computed(() => Math.max(0, this.lastSeq() - this.readSeq.value));
  }

  dispatch(action: LogAction): void {
    this.log.value = reduceLog(this.log.peek(), action);
    if (action.type !== "reset" && action.type !== "replaced") return;
    const seq = action.type === "reset" ? action.lastSeq : 0;
    this.reads.set(this.id, seq, true);
    this.readSeq.value = seq;
  }

  /** Takes a row of the list. seen: count a room that is new to us as read. */
  list(info: Room, lastSeq: number, last: NewMessage | undefined, seen: boolean): void {
    this.info.value = info;
    this.listed.value = { lastSeq, last };
    this.met(lastSeq, seen);
  }

  /** Takes the number the log ends at when the room is met. */
  met(lastSeq: number, seen: boolean): void {
    const known = this.reads.get(this.id) ?? (seen ? lastSeq : 0);
    this.reads.set(this.id, known);
    this.readSeq.value = Math.max(this.readSeq.peek(), known);
  }

  markRead(): void {
    const seq = this.log.peek().last;
    if (seq < 0 || seq <= this.readSeq.peek()) return;
    this.reads.set(this.id, seq);
    this.readSeq.value = seq;
  }

  private lastSeq(): number {
    return Math.max(this.log.value.last, this.listed.value.lastSeq);
  }
}
