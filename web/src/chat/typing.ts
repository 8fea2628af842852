// Who types in a room, and telling the others that we do.

import { signal } from "@preact/signals";

/** Whoever types says so again after so long, in ms: the server tells it for 6 s, and takes it every 2 s. */
const AGAIN_MS = 3_000;
/** The longest somebody is shown without saying so again, in ms, whatever the clocks say. */
const LONGEST_MS = 8_000;

/** Those who type in one room. */
export class Typists {
  /** Their ids, in the order they began. */
  readonly ids = signal<readonly string[]>([]);
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** Takes a `typing` of the room's; now by the server's clock, in ms. */
  take(event: Readonly<Record<string, unknown>>, now: number): void {
    const { userId, on, expiresAt } = event;
    if (typeof userId !== "string") return;
    const left = (typeof expiresAt === "string" ? Date.parse(expiresAt) || 0 : 0) - now;
    if (on !== true) return this.stop(userId);
    clearTimeout(this.timers.get(userId));
    this.timers.set(userId, setTimeout(() => this.stop(userId), Math.min(Math.max(left, AGAIN_MS), LONGEST_MS)));
    if (!this.ids.peek().includes(userId)) this.ids.value = [...this.ids.peek(), userId];
  }

  /** He has sent it, or has left. */
  stop(userId: string): void {
    clearTimeout(this.timers.get(userId));
    this.timers.delete(userId);
    if (this.ids.peek().includes(userId)) this.ids.value = this.ids.peek().filter((id) => id !== userId);
  }

  clear(): void {
    for (const userId of [...this.timers.keys()]) this.stop(userId);
  }
}

/** Tells a room that we type, as often as that is needed. */
export class OwnTyping {
  private toldAt = Number.NEGATIVE_INFINITY; // ms of performance.now(); never: nobody thinks so

  constructor(private readonly tell: (on: boolean) => void) {}

  /** The field was changed; hasText: something is in it. */
  changed(hasText: boolean): void {
    if (!hasText) return this.stop();
    if (performance.now() - this.toldAt < AGAIN_MS) return;
    this.toldAt = performance.now();
    this.tell(true);
  }

  /** What was typed is gone, or left alone. */
  stop(): void {
    if (this.toldAt === Number.NEGATIVE_INFINITY) return;
    this.toldAt = Number.NEGATIVE_INFINITY;
    this.tell(false);
  }

  /** It was sent: the message says that we do not type any more. */
  sent(): void {
    this.toldAt = Number.NEGATIVE_INFINITY;
  }
}
