// Which threads we follow, and which of them we have not read.
//
// The server counts. It is asked again when somebody answers in a thread that we follow, or may follow; what we were told not to
// follow is not asked for again. What is read on another device, or in the room, is told. What the server refuses because it
// came too fast is asked again when it said.

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { ChatError, type Chat as Client, type LogEvent, type MyRoom, type ThreadState, type UnreadThread } from "../../client/src/index";

/** What comes at once is asked for once, after so long, in ms. */
const LATER_MS = 300;
/** The list is not asked for more often, in ms. */
const LIST_EVERY_MS = 2000;
/** So many threads are remembered, followed or not. */
const KEEP = 500;
/** The most the list brings. */
const LIST_MOST = 100;

export class Threads {
  /** Those that are followed and not read, the one with the newest answer first; undefined: not known yet. */
  readonly unread = signal<readonly UnreadThread[] | undefined>(undefined);
  /** There are more than those. */
  readonly more = signal(false);
  private readonly known = new Map<string, Signal<ThreadState | undefined>>();
  private readonly asking = new Map<string, Promise<void>>();
  private listTimer: ReturnType<typeof setTimeout> | undefined;
  private listedAt = Number.NEGATIVE_INFINITY; // ms of performance.now()

  constructor(
    private readonly client: Client,
    private readonly me: string,
  ) {
    client.on("state", ({ kind }) => kind === "online" && this.resume());
    client.on("event", (event) => this.heard(event));
    client.on("thread", (state) => this.take(state));
    client.on("rooms", (rooms) => this.roomsRead(rooms));
    client.on("left", (roomId) => this.left(roomId));
  }

  /** What a thread is to us; undefined while that is not known: see ask. */
  of(roomId: string, thread: number): ReadonlySignal<ThreadState | undefined> {
    const key = keyOf(roomId, thread);
    return this.known.get(key) ?? this.remember(key);
  }

  /** Asks what a thread is to us. */
  async ask(roomId: string, thread: number): Promise<void> {
    try {
      this.take(await this.client.thread(roomId, thread));
    } catch (error) {
      const wait = waitOf(error);
      // The next connection tells of anything else; of a room that is ours no more nothing is to be told.
      if (wait !== undefined) await this.askLater(roomId, thread, wait);
    }
  }

  /** Whether we follow a thread that somebody has just answered in: what is not known of it is being asked. */
  async follows(roomId: string, thread: number): Promise<boolean> {
    const known = this.known.get(keyOf(roomId, thread))?.peek();
    if (!known) await this.asking.get(keyOf(roomId, thread));
    return this.known.get(keyOf(roomId, thread))?.peek()?.following ?? false;
  }

  /** Follows a thread, or ceases to. It rejects with why that could not be. */
  async follow(roomId: string, thread: number, following: boolean): Promise<void> {
    this.take(await this.client.thread(roomId, thread, { following }));
  }

  /** The answers up to seq were seen in the thread. What is not followed is not kept. */
  async read(roomId: string, thread: number, seq: number): Promise<void> {
    const state = this.known.get(keyOf(roomId, thread))?.peek();
    if (!state?.following || state.unread === 0 || seq <= state.readSeq) return;
    try {
      this.take(await this.client.thread(roomId, thread, { readSeq: seq }));
    } catch (error) {
      const wait = waitOf(error);
      // After anything else it stays unread until it is looked at again.
      if (wait !== undefined) setTimeout(() => void this.read(roomId, thread, seq), wait);
    }
  }

  private resume(): void {
    // It may have been changed on another device; what is unread the list tells.
    for (const known of this.known.values()) known.value = undefined;
    this.listLater(true);
  }

  private heard(event: LogEvent): void {
    const { event: name, roomId } = event;
    if (name === "message_deleted") {
      if (this.unread.peek()?.some((one) => one.roomId === roomId)) this.listLater();
      return;
    }
    const { parent, author } = event;
    if (name !== "new_message" || typeof parent !== "number") return;
    const known = this.known.get(keyOf(roomId, parent))?.peek();
    if (author === this.me) return known?.following ? undefined : void this.askLater(roomId, parent); // who answers follows
    if (known && !known.following) return;
    void this.askLater(roomId, parent);
  }

  /** It resolves when the answer is there, or there will be none. */
  private askLater(roomId: string, thread: number, waitMs = LATER_MS): Promise<void> {
    const key = keyOf(roomId, thread);
    const before = this.asking.get(key);
    if (before) return before;
    const wait = new Promise<void>((resolve) => setTimeout(resolve, waitMs));
    const asked = wait.then(() => {
      this.asking.delete(key);
      return this.ask(roomId, thread);
    });
    this.asking.set(key, asked);
    return asked;
  }

  private take(state: ThreadState): void {
    const key = keyOf(state.roomId, state.thread);
    (this.known.get(key) ?? this.remember(key)).value = state;
    const list = this.unread.peek();
    const listed = list?.find((one) => isSame(one, state));
    if (!state.following || state.unread === 0) {
      if (list && listed) this.unread.value = list.filter((one) => one !== listed);
    } else if (listed?.unread !== state.unread) this.listLater();
  }

  /** What was read in a room is read in its threads. */
  private roomsRead(rooms: readonly MyRoom[]): void {
    const list = this.unread.peek();
    if (!list || list.length === 0) return;
    const readSeq = new Map(rooms.map((room) => [room.id, room.readSeq]));
    const isRead = (one: UnreadThread) => one.lastSeq <= (readSeq.get(one.roomId) ?? 0);
    if (list.some((one) => !isRead(one) && (readSeq.get(one.roomId) ?? 0) > one.readSeq)) this.listLater();
    if (list.some(isRead)) this.unread.value = list.filter((one) => !isRead(one));
  }

  /** Of a room that is ours no more nothing is listed. */
  private left(roomId: string): void {
    const list = this.unread.peek();
    if (list?.some((one) => one.roomId === roomId)) this.unread.value = list.filter((one) => one.roomId !== roomId);
  }

  private listLater(atOnce = false): void {
    if (atOnce) this.listedAt = Number.NEGATIVE_INFINITY;
    if (this.listTimer !== undefined) return;
    const wait = atOnce ? 0 : Math.max(LATER_MS, this.listedAt + LIST_EVERY_MS - performance.now());
    this.listTimer = setTimeout(() => void this.list(), wait);
  }

  private async list(): Promise<void> {
    this.listTimer = undefined;
    this.listedAt = performance.now();
    try {
      const { threads, more } = await this.client.threads({ limit: LIST_MOST });
      this.unread.value = threads;
      this.more.value = more;
      for (const one of threads) (this.known.get(keyOf(one.roomId, one.thread)) ?? this.remember(keyOf(one.roomId, one.thread))).value = one;
    } catch (error) {
      const wait = waitOf(error);
      if (wait === undefined) return; // the next connection begins anew
      clearTimeout(this.listTimer);
      this.listTimer = setTimeout(() => void this.list(), wait);
    }
  }

  private remember(key: string): Signal<ThreadState | undefined> {
    const made = signal<ThreadState | undefined>(undefined);
    this.known.set(key, made);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= KEEP) break;
      this.known.delete(oldest);
    }
    return made;
  }
}

function keyOf(roomId: string, thread: number): string {
  return `${roomId}/${thread}`;
}

/** When what was refused may be asked again, in ms; undefined: it was not refused for being too fast. */
function waitOf(error: unknown): number | undefined {
  return error instanceof ChatError && error.code === "RATE_LIMITED" ? Math.max(LATER_MS, error.retryAfterMs) : undefined;
}

function isSame(a: ThreadState, b: ThreadState): boolean {
  return a.roomId === b.roomId && a.thread === b.thread;
}
