// Messages out of their place: what a quote shows, and what a thread is about. They are taken from what is read already, or read one by
// one, and follow their events.
//
// Order and loss: what cannot be read because there is no connection is read when it is back; what was told while it was being read
// is applied to what comes.

import { type Signal, signal } from "@preact/signals";
import type { LogEvent, NewMessage } from "../protocol";
import { changed } from "../timeline/log";

/** So many are kept; a page shows fewer rows. */
const KEEP = 500;

/** none: there is no message of this number, or it is not kept any more. */
export type Apart = { readonly kind: "loading" | "none" } | { readonly kind: "message"; readonly message: NewMessage };

const LOADING: Apart = { kind: "loading" };
const NONE: Apart = { kind: "none" };

export interface ApartHost {
  readonly me: string;
  readonly roomId: string;
  /** One that is here already. */
  find(seq: number): NewMessage | undefined;
  /** Reads one; undefined: there is none. It rejects where it cannot be known. */
  read(seq: number): Promise<NewMessage | undefined>;
}

export class ApartMessages {
  private readonly known = new Map<number, Signal<Apart>>(); // what was asked for last is the last
  private readonly waiting = new Set<number>();
  private reading: { seq: number; missed: LogEvent[] } | undefined;

  constructor(private readonly host: ApartHost) {}

  get roomId(): string {
    return this.host.roomId;
  }

  /** The message of a number, as it is by now. */
  of(seq: number): Pick<Signal<Apart>, "value" | "peek"> {
    const known = this.known.get(seq);
    if (known) {
      this.known.delete(seq);
      this.known.set(seq, known);
      return known;
    }
    const found = this.host.find(seq);
    const made = signal<Apart>(found ? { kind: "message", message: found } : LOADING);
    this.known.set(seq, made);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= KEEP) break;
      this.known.delete(oldest);
      this.waiting.delete(oldest);
    }
    if (!found) this.want(seq);
    return made;
  }

  /** Takes an event of the room's log. */
  take(event: LogEvent): void {
    if (!("target" in event)) return;
    if (this.reading?.seq === event.target) this.reading.missed.push(event);
    const known = this.known.get(event.target);
    const before = known?.peek();
    if (known && before?.kind === "message") known.value = { kind: "message", message: changed(before.message, event, this.host.me) };
  }

  /** The log goes on elsewhere: everything is read anew. */
  reset(): void {
    for (const [seq, known] of this.known) {
      known.value = LOADING;
      this.waiting.add(seq);
    }
    this.reading = undefined;
    this.resume();
  }

  /** Goes on with what could not be read; the connection is back. */
  resume(): void {
    if (this.reading === undefined && this.waiting.size > 0) void this.next();
  }

  private want(seq: number): void {
    this.waiting.add(seq);
    // Not while a row is being made.
    queueMicrotask(() => this.resume());
  }

  private async next(): Promise<void> {
    for (const seq of this.waiting) {
      const reading = { seq, missed: [] as LogEvent[] };
      this.reading = reading;
      try {
        const read = await this.host.read(seq);
        if (this.reading !== reading) return; // after a reset
        const known = this.known.get(seq);
        const message = read && reading.missed.reduce((so, event) => changed(so, event, this.host.me), read);
        if (known) known.value = message ? { kind: "message", message } : NONE;
        this.waiting.delete(seq);
      } catch {
        if (this.reading !== reading) return;
        break; // see resume
      }
    }
    this.reading = undefined;
  }
}
