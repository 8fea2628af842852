// A thread: the answers to one message, as a part of its room's log that only they are in.
//
// Order and loss: it begins where the room's log is, reads what stands before, and takes the room's events; after a reset of the
// room it begins anew.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Apart } from "../chat/apart";
import type { Paging, RoomState } from "../chat/room";
import type { LogEvent } from "../protocol";
import { decodeMessages } from "../protocol-decode";
import { emptyLog, type LogAction, type Pending, reduceLog, type RoomLog } from "../timeline/log";

/** Answers a page brings. */
const PAGE_SIZE = 50;

export class Thread {
  readonly log = signal<RoomLog>(emptyLog(""));
  readonly paging = signal<Paging>("idle");
  /** What it is about. */
  readonly root: Pick<ReadonlySignal<Apart>, "value" | "peek">;
  /** Answers of ours that are on their way. */
  readonly pending: ReadonlySignal<readonly Pending[]>;
  /** Counts the times it was begun: a page of an earlier one is of no use. */
  private begun = 0;

  constructor(
    private readonly room: RoomState,
    /** Of the message that is answered. */
    readonly seq: number,
  ) {
    this.root = room.apart.of(seq);
    this.log.value = emptyLog(room.log.peek().me);
    this.pending = computed(() => room.log.value.pending.filter(({ parent }) => parent === seq));
  }

  /** Takes part in what happens in the room, until what it returns is called. */
  follow(): () => void {
    const watcher = { event: (event: LogEvent) => this.take(event), reset: () => this.begin() };
    this.room.watchers.add(watcher);
    return () => this.room.watchers.delete(watcher);
  }

  /** The room is joined: reads the newest answers, unless they are here. */
  begin(): void {
    this.begun++;
    const { last, me } = this.room.log.peek();
    if (last < 0) return;
    this.log.value = reduceLog(emptyLog(me), { type: "joined", lastSeq: last });
    this.paging.value = "idle";
    void this.readOlder();
  }

  /** Goes on after the connection was lost: what was missed was told by the room. */
  resume(): void {
    if (this.log.peek().last < 0) this.begin();
    else if (!this.log.peek().loaded && this.paging.peek() !== "loading") void this.readOlder();
  }

  /** Reads the page before what is here. */
  async readOlder(): Promise<void> {
    const { first, hasBefore, loaded } = this.log.peek();
    if (!this.room.handle || (loaded && !hasBefore) || this.paging.peek() === "loading") return;
    const { begun } = this;
    this.paging.value = "loading";
    try {
      const page = await this.room.handle.history({ parent: this.seq, before: first, limit: PAGE_SIZE });
      if (begun !== this.begun) return;
      this.dispatch({ type: "page", before: first, messages: decodeMessages(page.messages), hasBefore: page.hasBefore });
      this.paging.value = "idle";
    } catch {
      if (begun === this.begun) this.paging.value = "failed";
    }
  }

  private take(event: LogEvent): void {
    if (event.event === "new_message" && event.parent !== this.seq) return;
    this.dispatch({ type: "events", events: [event] });
  }

  private dispatch(action: LogAction): void {
    this.log.value = reduceLog(this.log.peek(), action);
  }
}
