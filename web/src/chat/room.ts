// One room as this page holds it: what the server says of it, its log, and what is read.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { type LogEvent, MENTION_ROOM, type NewMessage, type ReadState, type Room, type RoomSettings } from "../protocol";
import { unknownRoom } from "../protocol-rooms";
import { emptyLog, type LogAction, reduceLog, type RoomLog } from "../timeline/log";
import type { People } from "./people";

/** Whether this socket is in the room, or why not. */
export type Presence = { kind: "out" } | { kind: "joining" } | { kind: "in" } | { kind: "refused"; message: string };

/** What reading older messages does at the moment. */
export type Paging = "idle" | "loading" | "failed";

interface Counts {
  readonly unread: number;
  readonly mentions: number;
}

/** What the server counted, of the messages up to `at`. */
interface Base extends Counts {
  readonly at: number;
}

const NOTHING: Base = { unread: 0, mentions: 0, at: 0 };

export class RoomState {
  readonly info = signal<Room>(unknownRoom(""));
  readonly log = signal<RoomLog>(emptyLog(""));
  readonly presence = signal<Presence>({ kind: "out" });
  readonly paging = signal<Paging>("idle");
  /** How far we have read it; undefined while the server has not said. */
  readonly readSeq = signal<number | undefined>(undefined);
  /** How far the others have, where the room shows it. */
  readonly receipts = signal<ReadonlyMap<string, number>>(new Map());
  /** Not before then we may write again; ms of Date.now(). What the server said; slow mode is counted besides. */
  readonly waitUntil = signal(0);
  /** What it is called here: a direct room by the other's name. */
  readonly name: ReadonlySignal<string>;
  /** The newest message anybody told us of, for the list. */
  readonly preview: ReadonlySignal<NewMessage | undefined>;
  readonly unread: ReadonlySignal<number>;
  readonly mentions: ReadonlySignal<number>;
  /** Whether the server counts for us what is unread here. */
  isMine = false;
  private readonly listed = signal<NewMessage | undefined>(undefined);
  private readonly base = signal<Base>(NOTHING);

  constructor(
    readonly id: string,
    private readonly me: string,
    people: People,
  ) {
    this.info.value = unknownRoom(id);
    this.log.value = emptyLog(me);
    this.name = computed(() => {
      const { name, type, userId } = this.info.value;
      if (type !== "direct" || userId === undefined) return name;
      return userId === me ? "My notes" : people.name(userId);
    });
    this.preview = computed(() => {
      const loaded = this.log.value.messages.at(-1);
      const listed = this.listed.value;
      return !loaded || (listed && listed.seq > loaded.seq) ? listed : loaded;
    });
    const counts = computed(() => this.count());
    this.unread = computed(() => counts.value.unread);
    this.mentions = computed(() => counts.value.mentions);
  }

  dispatch(action: LogAction): void {
    batch(() => {
      if (action.type === "trim") this.base.value = { ...this.count(), at: this.log.peek().last };
      const taken = action.type === "events" ? { ...action, events: this.takeState(action.events) } : action;
      this.log.value = reduceLog(this.log.peek(), taken);
      if (action.type === "replaced") this.readSeq.value = undefined;
      if (action.type === "reset") {
        this.readSeq.value = action.lastSeq;
        this.base.value = { ...NOTHING, at: action.lastSeq };
      }
    });
  }

  /** Takes a row of the list. */
  list(info: Room, last: NewMessage | undefined): void {
    this.info.value = info;
    this.listed.value = last;
  }

  /** Takes the number the log ends at when the room is met: what stands before that was not missed, unless the server says so. */
  met(lastSeq: number): void {
    if (this.isMine || this.readSeq.peek() !== undefined) return;
    this.readSeq.value = lastSeq;
    this.base.value = { ...NOTHING, at: lastSeq };
  }

  /** Takes what the server counted, of the messages up to at. Reading never goes back. */
  takeRead({ readSeq, unread, mentions }: ReadState, at: number): void {
    batch(() => {
      this.base.value = { unread, mentions, at: Math.max(at, 0) };
      this.readSeq.value = Math.max(readSeq, this.readSeq.peek() ?? 0);
    });
  }

  takeReceipt(userId: string, seq: number): void {
    const before = this.receipts.peek();
    if (userId === this.me || seq <= (before.get(userId) ?? 0)) return;
    this.receipts.value = new Map(before).set(userId, seq);
  }

  /** The highest seq of which the counts know. */
  countedTo(): number {
    return Math.max(this.base.peek().at, this.log.peek().last);
  }

  /** Whether a message of this number is counted by the server's word alone: its end changes the count unseen. */
  isCountedUnseen(seq: number): boolean {
    return seq > (this.readSeq.peek() ?? 0) && seq <= this.base.peek().at && !this.isWhole(this.readSeq.peek() ?? 0);
  }

  /** Takes settings and our own role as events change them; gives the events with what was so before. */
  private takeState(events: readonly LogEvent[]): LogEvent[] {
    return events.map((event) => {
      if (event.seq <= this.log.peek().last) return event;
      const info = this.info.peek();
      if (event.event === "member_updated" && event.userId === this.me && event.role !== undefined) this.info.value = { ...info, role: event.role };
      if (event.event !== "room_updated") return event;
      this.info.value = { ...info, ...settingsOf(event) };
      return { ...event, before: settingsOf(info) };
    });
  }

  /** Whether all messages above read are here. */
  private isWhole(read: number): boolean {
    const { last, first, loaded, hasBefore } = this.log.value;
    return last >= 0 && (first <= read + 1 || (loaded && !hasBefore));
  }

  private count(): Counts {
    const read = this.readSeq.value;
    if (read === undefined) return NOTHING;
    const base = this.base.value;
    const whole = this.isWhole(read);
    let { unread, mentions } = whole ? NOTHING : base;
    const from = whole ? read : Math.max(base.at, read);
    for (const message of this.log.value.messages) {
      if (message.seq <= from || message.author === this.me || message.deleted) continue;
      unread++;
      if (namesUs(message, this.me)) mentions++;
    }
    return { unread, mentions };
  }
}

function settingsOf({ name, topic, readOnly, slowModeMs, archived, receipts }: RoomSettings): RoomSettings {
  return { name, topic, readOnly, slowModeMs, archived, receipts };
}

/** Whether a message of another's is meant for us. */
export function namesUs(message: NewMessage, me: string): boolean {
  return message.mentions !== undefined && (message.mentions.includes(me) || message.mentions.includes(MENTION_ROOM));
}
