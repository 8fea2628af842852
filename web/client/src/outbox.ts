// Writes that wait to be acked: sends, edits, removals, reactions.
//
// Order and loss: the writes of a room leave one at a time in the order they were made,
// each until it is acked, with the same clientId, so that the log has it once; rooms do
// not wait for each other. What is in the store is sent by whoever opens it next as the
// same user. A permanent error ends a write and lets the next one go; a message stays, as
// failed, until it is made again under its clientId or discarded.
// It is stored once the user is known, before it is sent; a store that fails, or does not answer, is not in the way.
// Pages that have a store in common tell each other what failed, was made again or discarded.

import { backoffMs, pause } from "./backoff.js";
import { asChatError, type ChatError, closed, discarded } from "./errors.js";
import { newId } from "./id.js";
import { Keeper, type OutboxStorage } from "./outbox-keeper.js";
import type { OutboxEntry, OutboxPeers, OutboxStore, OutboxWord } from "./outbox-store.js";
import type { Fields } from "./wire.js";

/** What stays when it is refused: somebody wrote it. An edit or a reaction is made anew where it is shown. */
const STAYS = "send_message";
/** Failed messages kept for a user; of more the oldest go. A program that never looks must not fill its store. */
const MOST_FAILED = 100;

/** How a write leaves: resolves with the ack, or fails with a ChatError. */
export type Deliver = (event: string, payload: Fields) => Promise<Fields>;

/** What became of a write, also of one that an earlier instance had made. */
export interface OutboxListener {
  delivered(entry: OutboxEntry, answer: Fields): void;
  failed(entry: OutboxEntry, error: ChatError): void;
  /** The server has answered that it does not take it yet; it is sent again, not before waitMs from now. */
  held(entry: OutboxEntry, error: ChatError, waitMs: number): void;
  /** Other writes wait, or have failed, than before. Told after delivered and failed. */
  changed(): void;
  /** What waits outlives this page from now on, or does not. */
  storage(storage: OutboxStorage): void;
}

interface Write {
  entry: OutboxEntry;
  stored: Promise<void> | undefined;
  /** Aborted when nobody wants it any more. */
  readonly discarded: AbortController;
  resolve(answer: Fields): void;
  reject(error: ChatError): void;
}

const nobody = (): void => {};

export class Outbox {
  readonly #lanes = new Map<string, Write[]>();
  /** By clientId, the one that failed first is the first. */
  readonly #failed = new Map<string, OutboxEntry>();
  readonly #keeper: Keeper;
  readonly #peers: OutboxPeers | undefined;
  /** What was acked or discarded, here or in another page, while the store is read: what it brings of that is void. */
  #void: Set<string> | undefined;
  readonly #sending = new Set<string>();
  #user: string;
  #loading: Promise<void> | undefined;
  #loaded = false;
  #order = 0;
  /** Ends with the connection; undefined: there is none. */
  #online: AbortController | undefined;
  #closed = false;

  /** user: whose outbox it is, then what the store has is read at once; empty: begin() says so. patienceMs: how long anything waits for the store. */
  constructor(
    store: OutboxStore,
    private readonly deliver: Deliver,
    private readonly listener: OutboxListener,
    user = "",
    private readonly waitMs: (attempt: number) => number = backoffMs,
    patienceMs?: number,
  ) {
    this.#user = user;
    this.#keeper = new Keeper(store, (storage) => this.listener.storage(storage), patienceMs);
    this.#peers = store.share?.((word) => this.#hear(word));
    // Not in the constructor's turn: who made it does not hold it yet.
    if (user !== "") this.#loading = Promise.resolve().then(() => this.#load());
  }

  /** Whether what waits outlives this page. */
  get storage(): OutboxStorage {
    return this.#keeper.storage;
  }

  /** What waits and what has failed, as far as it is loaded, in the order it was made. */
  get entries(): readonly OutboxEntry[] {
    const waiting = [...this.#lanes.values()].flatMap((lane) => lane.map(({ entry }) => entry));
    return [...waiting, ...this.#failed.values()].sort((a, b) => a.order - b.order);
  }

  /** Takes a write, and resolves with its ack. clientId: of one that failed, and is to be the same one. */
  add(event: string, roomId: string, payload: Fields, clientId: string = newId()): Promise<Fields> {
    if (this.#closed) return Promise.reject(closed());
    const entry: OutboxEntry = { clientId, user: this.#user, order: this.#nextOrder(), event, roomId, payload: { ...payload, roomId, clientId } };
    return new Promise((resolve, reject) => {
      const write: Write = { entry, stored: undefined, discarded: new AbortController(), resolve, reject };
      if (this.#failed.delete(clientId)) this.#peers?.tell({ kind: "taken", user: this.#user, clientId });
      if (this.#user !== "") this.#keep(write);
      this.#lane(roomId).push(write);
      this.listener.changed();
      void this.#run(roomId);
    });
  }

  /** Gives up a write that waits or has failed; false: there is none. One that has left already may be in the log all the same. */
  discard(clientId: string): boolean {
    if (!this.#drop(clientId)) return false;
    this.#peers?.tell({ kind: "discarded", user: this.#user, clientId });
    return true;
  }

  /** There is a connection, of this user. */
  begin(user: string): void {
    this.end();
    if (this.#user !== user) this.#become(user);
    const online = new AbortController();
    this.#online = online;
    this.#loading ??= this.#load();
    void this.#loading.then(() => {
      if (this.#online === online) for (const roomId of this.#lanes.keys()) void this.#run(roomId);
    });
  }

  /** The connection is gone. */
  end(): void {
    this.#online?.abort();
    this.#online = undefined;
  }

  /** Ends it; what waits stays in the store. */
  close(): void {
    this.#closed = true;
    this.end();
    this.#peers?.close();
    for (const lane of this.#lanes.values()) for (const write of lane) write.reject(closed());
    this.#lanes.clear();
    this.#failed.clear();
  }

  /** Another user signed in, or the first is known now. What was made as nobody yet is his. */
  #become(user: string): void {
    for (const [roomId, lane] of this.#lanes) {
      // What another user made stays in the store, for him.
      const own = lane.filter(({ entry }) => entry.user === "" || entry.user === user);
      for (const write of lane) if (!own.includes(write)) write.reject(closed());
      this.#lanes.set(roomId, own);
      for (const write of own) {
        write.entry = { ...write.entry, user };
        if (!write.stored) this.#keep(write);
      }
    }
    this.#failed.clear();
    this.#user = user;
    this.#loading = undefined;
    this.#loaded = false;
    this.listener.changed();
  }

  #keep(write: Write): void {
    write.stored = this.#keeper.put(write.entry);
  }

  /** What an earlier instance left goes before what this one made; what the store brings too late for that, when it comes. */
  async #load(): Promise<void> {
    const user = this.#user;
    this.#void = new Set();
    await this.#keeper.load((entries) => {
      if (!this.#closed && user === this.#user) this.#take(entries);
    });
    if (user === this.#user) this.#loaded = true;
  }

  #take(entries: readonly OutboxEntry[]): void {
    const known = new Set([...(this.#void ?? []), ...this.#failed.keys(), ...[...this.#lanes.values()].flatMap((lane) => lane.map(({ entry }) => entry.clientId))]);
    this.#void = undefined;
    for (const entry of [...entries].sort((a, b) => a.order - b.order)) {
      if (entry.user !== this.#user || known.has(entry.clientId)) continue;
      this.#order = Math.max(this.#order, entry.order);
      if (entry.failed) this.#failed.set(entry.clientId, entry);
      else this.#lane(entry.roomId).push({ entry, stored: Promise.resolve(), discarded: new AbortController(), resolve: nobody, reject: nobody });
    }
    for (const lane of this.#lanes.values()) lane.sort((a, b) => a.entry.order - b.entry.order);
    if (entries.length > 0) this.listener.changed();
    for (const roomId of this.#lanes.keys()) void this.#run(roomId);
  }

  /** Gives up a write that waits or has failed; false: there is none. */
  #drop(clientId: string): boolean {
    const write = [...this.#lanes.values()].flat().find(({ entry }) => entry.clientId === clientId);
    if (!write && !this.#failed.has(clientId)) return false;
    this.#failed.delete(clientId);
    this.#void?.add(clientId);
    if (write) this.#leave(write);
    void this.#keeper.remove(clientId);
    write?.discarded.abort();
    write?.reject(discarded());
    this.listener.changed();
    return true;
  }

  /** Another page says what became of an entry. */
  #hear(word: OutboxWord): void {
    if (this.#closed || (word.kind === "failed" ? word.entry.user : word.user) !== this.#user) return;
    if (word.kind === "failed") {
      const { entry } = word;
      // One that waits here, too, is answered here, too.
      if (this.#lane(entry.roomId).some((write) => write.entry.clientId === entry.clientId)) return;
      this.#failed.set(entry.clientId, entry);
      this.#forgetOldest();
      return this.listener.changed();
    }
    this.#void?.add(word.clientId);
    if (word.kind === "discarded") this.#drop(word.clientId);
    else if (this.#failed.delete(word.clientId)) this.listener.changed();
  }

  #lane(roomId: string): Write[] {
    const lane = this.#lanes.get(roomId) ?? [];
    this.#lanes.set(roomId, lane);
    return lane;
  }

  /** Later than everything made before, in this instance and, as far as clocks go, in earlier ones. */
  #nextOrder(): number {
    return (this.#order = Math.max(this.#order + 1, Date.now()));
  }

  /** Sends a room's writes until none is left or the connection is gone. */
  async #run(roomId: string): Promise<void> {
    if (this.#sending.has(roomId)) return;
    this.#sending.add(roomId);
    try {
      for (let write = this.#next(roomId); write; write = this.#next(roomId)) await this.#send(write);
    } finally {
      this.#sending.delete(roomId);
    }
    // A connection may have come while the last one's attempt was ending.
    if (this.#next(roomId)) void this.#run(roomId);
  }

  /** The write whose turn it is; none before what was left earlier is known. */
  #next(roomId: string): Write | undefined {
    return this.#online && this.#loaded ? this.#lanes.get(roomId)?.[0] : undefined;
  }

  async #send(write: Write): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      await write.stored;
      const online = this.#online;
      if (!online || this.#next(write.entry.roomId) !== write) return;
      const gone = write.discarded.signal;
      try {
        const answer = await this.deliver(write.entry.event, write.entry.payload);
        return gone.aborted ? undefined : this.#delivered(write, answer);
      } catch (thrown) {
        if (gone.aborted) return;
        const error = asChatError(thrown);
        if (!error.retryable && !error.aboutToken && !this.#closed) return this.#refused(write, error);
        const waitMs = Math.max(error.retryAfterMs, this.waitMs(attempt));
        if (!online.signal.aborted) this.listener.held(write.entry, error, waitMs);
        await pause(waitMs, AbortSignal.any([online.signal, gone]));
      }
    }
  }

  #delivered(write: Write, answer: Fields): void {
    const { entry } = write;
    this.#leave(write);
    this.#void?.add(entry.clientId);
    void this.#keeper.remove(entry.clientId);
    write.resolve(answer);
    this.listener.delivered(entry, answer);
    this.listener.changed();
  }

  /** It is refused for good. */
  #refused(write: Write, error: ChatError): void {
    const { entry } = write;
    this.#leave(write);
    if (entry.event === STAYS) this.#keepFailed({ ...entry, failed: { code: error.code, message: error.message, ...(error.reason !== undefined && { reason: error.reason }) } });
    else void this.#keeper.remove(entry.clientId);
    write.reject(error);
    this.listener.failed(entry, error);
    this.listener.changed();
  }

  #keepFailed(entry: OutboxEntry): void {
    this.#failed.set(entry.clientId, entry);
    void this.#keeper.put(entry);
    this.#peers?.tell({ kind: "failed", entry });
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const oldest of this.#failed.keys()) {
      if (this.#failed.size <= MOST_FAILED) return;
      this.#failed.delete(oldest);
      void this.#keeper.remove(oldest);
    }
  }

  /** It waits no more. */
  #leave(write: Write): void {
    const lane = this.#lanes.get(write.entry.roomId);
    const at = lane?.indexOf(write) ?? -1;
    if (at >= 0) lane?.splice(at, 1);
  }
}
