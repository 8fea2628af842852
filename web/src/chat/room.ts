// One room as this page holds it: what the server says of it, its log, and what is read.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { MyRoom, Room as Handle } from "../../client/src/index";
import { t } from "../i18n/en/chat";
import type { Words } from "../i18n/words";
import type { LogEvent, NewMessage, Receipt, Room, RoomSettings } from "../protocol";
import { decodeMessages } from "../protocol-decode";
import { decodeRoom, unknownRoom } from "../protocol-rooms";
import { changed, emptyLog, endOf, type LogAction, partOf, reduceLog, type RoomLog } from "../timeline/log";
import { ApartMessages } from "./apart";
import { isQuiet } from "../alerts/level";
import type { People } from "./people";
import { type Reacting, withAcked, withoutLogged } from "./reacting";
import { Typists } from "./typing";

/** Whether this socket is in the room, or why not. */
export type Presence = { kind: "out" } | { kind: "joining" } | { kind: "in" } | { kind: "refused"; why: Words };

/** Up to where somebody has read a room, and up to where a device of his has it: never less. */
export type Reached = Pick<Receipt, "seq" | "deliveredSeq">;

/** What reading older messages does at the moment. */
export type Paging = "idle" | "loading" | "failed";

/** Is told what happens in a room's log while somebody looks at it. */
export interface RoomWatcher {
  event(event: LogEvent): void;
  reset(): void;
}

export class RoomState {
  readonly info = signal<Room>(unknownRoom(""));
  readonly log = signal<RoomLog>(emptyLog(""));
  /** What the timeline shows: the log, or the part of it from further back that was gone to. */
  readonly shown: Pick<ReadonlySignal<RoomLog>, "value" | "peek">;
  readonly presence = signal<Presence>({ kind: "out" });
  readonly paging = signal<Paging>("idle");
  /** What the client module says of it, where it is one of our own. */
  readonly mine = signal<MyRoom | undefined>(undefined);
  /** How far the others have it, and have read, where the room shows it. */
  readonly receipts = signal<ReadonlyMap<string, Reached>>(new Map());
  /** What is shown was kept in this browser, as of then; ms of Date.now(). Undefined: it is the log. */
  readonly keptAt = signal<number | undefined>(undefined);
  /** Not before then we may write again; ms of Date.now(). What the server said; slow mode is counted besides. */
  readonly waitUntil = signal(0);
  /** What it is called here: a direct room by the other's name. */
  readonly name: ReadonlySignal<string>;
  /** The newest message anybody told us of, for the list. */
  readonly preview = signal<NewMessage | undefined>(undefined);
  readonly typists = new Typists();
  /** Reactions of ours that the log does not hold yet, in the order they were made. */
  readonly reacting = signal<readonly Reacting[]>([]);
  /** One is told of nothing here: it is muted, or its level is so. */
  readonly muted: ReadonlySignal<boolean>;
  readonly unread: ReadonlySignal<number>;
  readonly mentions: ReadonlySignal<number>;
  /** How far we have read it; undefined while that is not known. */
  readonly readSeq: ReadonlySignal<number | undefined>;
  /** The module's room, once it was opened; ends its listeners. */
  handle: Handle | undefined;
  /** The page of older messages that is being read. */
  older: Promise<void> | undefined;
  /** The page of newer messages that is being read, of a part further back. */
  newer: Promise<void> | undefined;
  unlisten: () => void = () => undefined;
  /** Messages that are shown out of their place. */
  readonly apart: ApartMessages;
  readonly watchers = new Set<RoomWatcher>();
  /** A part of the log from further back, which is looked at. */
  private readonly part = signal<RoomLog | undefined>(undefined);
  /** Where the log of a room that is not ours ended when it was joined: what stands before that was not missed. */
  private readonly metAt = signal<number | undefined>(undefined);

  constructor(
    readonly id: string,
    private readonly me: string,
    people: People,
    /** The server's time, ms since 1970, read anew every now and then: a mute ends by itself. */
    clock: ReadonlySignal<number>,
  ) {
    this.info.value = unknownRoom(id);
    this.log.value = emptyLog(me);
    this.apart = new ApartMessages({ me, roomId: id, find: (seq) => this.shown.peek().messages.find((message) => message.seq === seq), read: (seq) => this.readOne(seq) });
    this.name = computed(() => {
      const { name, type, userId } = this.info.value;
      if (type !== "direct" || userId === undefined) return name;
      return userId === me ? t("myNotes") : people.name(userId);
    });
    const { log, part } = this;
    // Not computed: what is computed, and looked at no more, keeps its last value, and with it all that was read in this room.
    this.shown = {
      get value() {
        return part.value ?? log.value;
      },
      peek: () => part.peek() ?? log.peek(),
    };
    this.muted = computed(() => {
      const alerts = this.mine.value?.alerts;
      return isQuiet(alerts, alerts?.mutedUntil === undefined ? 0 : clock.value);
    });
    this.unread = computed(() => this.mine.value?.unread ?? 0);
    this.mentions = computed(() => this.mine.value?.mentions ?? 0);
    this.readSeq = computed(() => this.mine.value?.readSeq ?? this.metAt.value);
  }

  /** Whether its log is kept here. */
  get started(): boolean {
    return this.log.peek().last >= 0;
  }

  dispatch(action: LogAction): void {
    batch(() => {
      const taken = action.type === "events" ? { ...action, events: this.takeState(action.events) } : action;
      this.log.value = reduceLog(this.log.peek(), taken);
      this.reducePart(taken);
      this.settleReacting(action);
      if (action.type === "joined") {
        this.metAt.value ??= action.lastSeq;
        this.keptAt.value = undefined;
      }
      if (action.type !== "reset") return;
      this.metAt.value = action.lastSeq;
      this.apart.reset();
      for (const watcher of this.watchers) watcher.reset();
      if ((this.preview.peek()?.seq ?? 0) > action.lastSeq) this.preview.value = undefined;
    });
  }

  /** Shows the part of the log that a page brings, which was asked for around a message. */
  showAround(messages: readonly NewMessage[], hasBefore: boolean, hasAfter: boolean): void {
    const page = { ...partOf(this.log.peek(), messages, hasBefore), hasAfter };
    batch(() => {
      this.part.value = page;
      this.joinPart();
    });
  }

  /** Shows what this browser has kept, where the log is not here. */
  showKept(messages: readonly NewMessage[], hasBefore: boolean, asOf: number): void {
    if (this.started || messages.length === 0) return;
    batch(() => {
      this.dispatch({ type: "kept", messages, hasBefore });
      this.preview.value ??= messages.at(-1);
      this.keptAt.value = asOf;
    });
  }

  /** There is a connection: what was kept makes place for the log. */
  forgetKept(): void {
    if (this.keptAt.peek() === undefined) return;
    batch(() => {
      this.dispatch({ type: "kept", messages: [], hasBefore: false });
      this.keptAt.value = undefined;
    });
  }

  /** Shows what is live again. */
  showPresent(): void {
    this.part.value = undefined;
  }

  /** Drops the reactions that the log has by now; after a reset it may never come to what was acked. */
  private settleReacting(action: LogAction): void {
    const before = this.reacting.peek();
    if (before.length === 0) return;
    const acked = action.type === "sent" ? withAcked(before, action.clientId, action.seq) : before;
    this.reacting.value = withoutLogged(acked, action.type === "reset" ? Number.POSITIVE_INFINITY : this.log.peek().last);
  }

  private reducePart(action: LogAction): void {
    const part = this.part.peek();
    if (!part) return;
    if (action.type === "reset") this.part.value = undefined;
    if (action.type !== "events" && action.type !== "page" && action.type !== "newer") return;
    this.part.value = reduceLog(part, action);
    this.joinPart();
  }

  /** A part that goes up to what is live is one with it. */
  private joinPart(): void {
    const part = this.part.peek();
    const log = this.log.peek();
    if (!part || (part.hasAfter && endOf(part) < log.first - 1)) return;
    this.log.value = reduceLog(log, { type: "page", before: log.first, messages: part.messages, hasBefore: part.hasBefore });
    this.part.value = undefined;
  }

  /** Takes an event of its log, whether that is kept here or not. */
  take(event: LogEvent): void {
    batch(() => {
      this.takePreview(event);
      if (event.event === "new_message") this.typists.stop(event.author);
      if (this.started) this.dispatch({ type: "events", events: [event] });
      else this.takeState([event]);
      this.apart.take(event);
      for (const watcher of this.watchers) watcher.event(event);
    });
  }

  /** Takes a row of the list. */
  list(info: Room, last: NewMessage | undefined): void {
    this.info.value = info;
    // An answer may be older than what came live meanwhile.
    const before = this.preview.peek();
    if (last && !(before && before.seq > last.seq)) this.preview.value = last;
  }

  /** Takes what the module says of it as one of our own; undefined: it is none. */
  own(mine: MyRoom | undefined): void {
    if (same(mine, this.mine.peek())) return;
    this.mine.value = mine;
    const told = decodeRoom(mine);
    if (!mine || !told) return;
    const { id, name, type, role, userId } = told;
    // Its settings come with a join.
    const info = mine.topic === undefined ? { ...this.info.peek(), id, name, type, role, ...(userId !== undefined && { userId }) } : told;
    if (!same(info, this.info.peek())) this.info.value = info;
  }

  /** Takes what was told of others; what is known goes up, never down. */
  takeReceipts(told: readonly (Partial<Reached> & { readonly userId: string })[]): void {
    const all = new Map(this.receipts.peek());
    let isNew = false;
    for (const { userId, seq = 0, deliveredSeq = seq } of told) {
      const before = all.get(userId) ?? { seq: 0, deliveredSeq: 0 };
      if (userId === this.me || (seq <= before.seq && deliveredSeq <= before.deliveredSeq)) continue;
      const read = Math.max(before.seq, seq);
      all.set(userId, { seq: read, deliveredSeq: Math.max(before.deliveredSeq, deliveredSeq, read) });
      isNew = true;
    }
    if (isNew) this.receipts.value = all;
  }

  private async readOne(seq: number): Promise<NewMessage | undefined> {
    if (!this.handle) throw new Error("the room is not open");
    const page = await this.handle.history({ around: seq, limit: 1 });
    return decodeMessages(page.messages).find((message) => message.seq === seq);
  }

  private takePreview(event: LogEvent): void {
    const before = this.preview.peek();
    if (event.event === "new_message") {
      if (!before || event.seq > before.seq) this.preview.value = event;
    } else if (before && "target" in event && event.target === before.seq) this.preview.value = changed(before, event, this.me);
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
}

function settingsOf({ name, topic, readOnly, slowModeMs, archived, receipts, pins }: RoomSettings): RoomSettings {
  return { name, topic, readOnly, slowModeMs, archived, receipts, pins };
}

/** Whether two objects of plain values say the same. All of one's rooms are compared with each event. */
function same(a: object | undefined, b: object | undefined): boolean {
  if (a === b || !a || !b) return a === b;
  const before = new Map(Object.entries(b));
  const entries = Object.entries(a);
  return entries.length === before.size && entries.every(([name, value]) => before.has(name) && Object.is(before.get(name), value));
}
