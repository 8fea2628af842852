// The tabs of one user in one browser: one of them speaks for all, and each says which room is in sight on it.
//
// Both are locks of the browser (Web Locks), which end with the tab however it ends. Where there are none, in an insecure
// context, each tab speaks for itself.
//
// Order and loss: what the speaking tab has seen to it tells the others, once it has. A tab that becomes the one that speaks
// takes up what it had heard and nobody has seen to, if that is not old: what a tab leaves that is closed at that moment is
// not lost. One that ends between seeing to something and saying so has it told twice, which a notification's tag hides.

import { isFields } from "../protocol-decode";

/** How long something that nobody has seen to is worth being told of, in ms. A lock passes on in less. */
const FRESH_MS = 10_000;
/** How much of that is kept. */
const MOST_HEARD = 100;

interface Heard {
  readonly key: string;
  readonly at: number;
  readonly tell: () => Promise<void>;
}

export class Tabs {
  private readonly locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  private readonly channel: BroadcastChannel | undefined;
  private readonly closed = new AbortController();
  private speaking: boolean;
  /** Ends its turn to speak, or its wait for one. */
  private turn: AbortController | undefined;
  private heard: Heard[] = [];
  private readonly done = new Set<string>();
  private unsee: (() => void) | undefined;
  private inSight: string | undefined;

  constructor(private readonly user: string) {
    this.speaking = this.locks === undefined;
    if (!this.locks) return;
    this.channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(this.name("speaker"));
    if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isFields(data) && typeof data["done"] === "string") this.finished(data["done"]);
    };
  }

  /** Whether this tab can speak for all: one that hears nothing must not keep the others from it. */
  able(is: boolean): void {
    if (!this.locks || is === (this.turn !== undefined)) return;
    this.turn?.abort();
    this.turn = undefined;
    this.speaking = false;
    if (!is) return;
    const turn = new AbortController();
    this.turn = turn;
    void this.hold(this.name("speaker"), "exclusive", turn.signal, () => {
      if (!turn.signal.aborted) this.speak();
    });
  }

  /** Has tell called in one tab, once: in this one where it speaks. key names what there is to tell; tell never rejects. */
  hear(key: string, tell: () => Promise<void>): void {
    if (this.done.has(key)) return;
    if (this.speaking) {
      this.finished(key);
      void tell().then(() => {
        if (!this.closed.signal.aborted) this.channel?.postMessage({ done: key });
      });
      return;
    }
    this.heard = [...this.heard.slice(1 - MOST_HEARD), { key, at: Date.now(), tell }];
  }

  /** The room that is in sight on this tab; undefined: none is. */
  see(roomId: string | undefined): void {
    if (roomId === this.inSight) return;
    this.inSight = roomId;
    this.unsee?.();
    this.unsee = undefined;
    if (roomId === undefined || !this.locks) return;
    const ended = new AbortController();
    this.unsee = () => ended.abort();
    void this.hold(this.name(`sight ${roomId}`), "shared", ended.signal, () => undefined);
  }

  /** Whether a room is in sight on any tab. */
  async sees(roomId: string): Promise<boolean> {
    if (this.inSight === roomId) return true;
    const state = await this.locks?.query();
    return state?.held?.some(({ name }) => name === this.name(`sight ${roomId}`)) ?? false;
  }

  close(): void {
    this.see(undefined);
    this.able(false);
    this.closed.abort();
    this.channel?.close();
  }

  private name(what: string): string {
    return `roomstream ${what} ${this.user}`;
  }

  /** Holds a lock from when it is had until ended. */
  private async hold(name: string, mode: LockMode, ended: AbortSignal, had: () => void): Promise<void> {
    try {
      await this.locks?.request(name, { mode, signal: ended }, () => {
        had();
        return new Promise<void>((resolve) => ended.addEventListener("abort", () => resolve(), { once: true }));
      });
    } catch {
      // It was given up before it was had, or the browser grants none to this page: then another tab speaks.
    }
  }

  private speak(): void {
    this.speaking = true;
    const left = this.heard.filter(({ at }) => Date.now() - at < FRESH_MS);
    this.heard = [];
    for (const { key, tell } of left) this.hear(key, tell);
  }

  private finished(key: string): void {
    this.done.add(key);
    for (const oldest of this.done) {
      if (this.done.size <= MOST_HEARD) break;
      this.done.delete(oldest);
    }
    this.heard = this.heard.filter((one) => one.key !== key);
  }
}
