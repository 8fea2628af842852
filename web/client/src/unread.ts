// What is unread in one room, counted from the events of its log.
//
// The server says how much there was up to one seq, the base; what the log brings above it
// is kept one by one, so that a mark anywhere above the base, or a removal there, is
// counted without asking. Below it only the server can tell: see MyRooms.

import type { LogEvent } from "./wire.js";
import type { ReadState } from "./wire-rooms.js";

/** The server counts no further either. */
const MOST = 1000;
/** Messages above the base that are known one by one; the oldest beyond it become a part of the base. */
const KEPT = 2 * MOST;
/** What names everybody. */
const EVERYBODY = "@room";

interface Counts {
  readonly unread: number;
  readonly mentions: number;
}

export class Unread {
  #lastSeq: number;
  #readSeq: number;
  #base: number;
  /** Of (readSeq, base]. */
  #behind: Counts;
  /** Unread messages above the base, ascending. */
  #above: { readonly seq: number; readonly mention: boolean }[] = [];
  /** How often an event changed the counts, and when it last did, in ms of performance.now(). */
  changes = 0;
  changedAt = -Infinity;

  /** What the server counted up to lastSeq. */
  constructor(start: ReadState & { lastSeq: number }) {
    this.#lastSeq = start.lastSeq;
    this.#base = start.lastSeq;
    this.#readSeq = start.readSeq;
    this.#behind = start;
  }

  /** The last seq that is counted. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get state(): ReadState {
    const unread = this.#behind.unread + this.#above.length;
    const mentions = this.#behind.mentions + this.#above.filter(({ mention }) => mention).length;
    return { readSeq: this.#readSeq, unread: Math.min(unread, MOST), mentions: Math.min(mentions, MOST) };
  }

  /** Whether nothing of it is the server's count. */
  get sure(): boolean {
    return this.#readSeq >= this.#base;
  }

  /** Counts an event, the one after the last or a known one. Says whether the server has to be asked for the rest. */
  apply(event: LogEvent, me: string): boolean {
    if (event.seq <= this.#lastSeq) return false;
    const hole = event.seq > this.#lastSeq + 1;
    this.#lastSeq = event.seq;
    if (event.event === "new_message") this.#add(event, me);
    if (event.event === "message_deleted") return this.#remove(Number(event["target"])) || hole;
    return hole;
  }

  /** The log goes on behind lastSeq, and what was before is not told. */
  jump(lastSeq: number): void {
    const { unread, mentions } = this.state;
    this.#lastSeq = lastSeq;
    this.#base = lastSeq;
    this.#behind = { unread, mentions };
    this.#above = [];
    this.#changed();
  }

  /** One has read up to seq; it goes up, never down. counted: what the server says is left, where it said so. */
  read(seq: number, counted?: Counts): void {
    if (seq < this.#readSeq) return;
    this.#readSeq = seq;
    this.#above = this.#above.filter((message) => message.seq > seq);
    if (seq >= this.#base) this.#behind = { unread: 0, mentions: 0 };
    else if (counted) {
      const mentioned = this.#above.filter(({ mention }) => mention).length;
      this.#behind = { unread: rest(counted.unread, this.#above.length), mentions: rest(counted.mentions, mentioned) };
    }
  }

  /** Takes over what the server counted, of a room whose log is not followed. */
  take(state: ReadState): void {
    if (state.readSeq < this.#readSeq) return;
    this.#readSeq = state.readSeq;
    this.#lastSeq = Math.max(this.#lastSeq, state.readSeq);
    this.#base = this.#lastSeq;
    this.#behind = state;
    this.#above = [];
  }

  #add(event: LogEvent, me: string): void {
    if (event.seq <= this.#readSeq || event["author"] === me || event["deleted"] === true) return;
    const named: unknown = event["mentions"];
    this.#above.push({ seq: event.seq, mention: Array.isArray(named) && (named.includes(me) || named.includes(EVERYBODY)) });
    this.#changed();
    if (this.#above.length <= KEPT) return;
    const oldest = this.#above.shift();
    if (!oldest) return;
    this.#base = oldest.seq;
    this.#behind = { unread: this.#behind.unread + 1, mentions: this.#behind.mentions + (oldest.mention ? 1 : 0) };
  }

  /** Whose it was is known above the base only. */
  #remove(target: number): boolean {
    const at = this.#above.findIndex(({ seq }) => seq === target);
    if (at >= 0) {
      this.#above.splice(at, 1);
      this.#changed();
    }
    return target > this.#readSeq && target <= this.#base;
  }

  #changed(): void {
    this.changes++;
    this.changedAt = performance.now();
  }
}

/** What of the server's count is not known one by one; a count that reached its end says nothing of the rest. */
const rest = (counted: number, known: number): number => (counted >= MOST ? MOST : Math.max(0, counted - known));
