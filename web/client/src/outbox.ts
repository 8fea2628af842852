// Writes that wait to be acked: sends, edits, removals, reactions.
//
// Order and loss: the writes of a room leave one at a time in the order they were made,
// each until it is acked, with the same clientId, so that the log has it once; rooms do
// not wait for each other. What is in the store is sent by whoever opens it next as the
// same user. A permanent error ends a write and lets the next one go.
// It is stored once the user is known, before it is sent; a store that fails is not in the way.

import { backoffMs, pause } from "./backoff.js";
import { asChatError, type ChatError, closed } from "./errors.js";
import { newId } from "./id.js";
import type { OutboxEntry, OutboxStore } from "./outbox-store.js";
import type { Fields } from "./wire.js";

/** How a write leaves: resolves with the ack, or fails with a ChatError. */
export type Deliver = (event: string, payload: Fields) => Promise<Fields>;

/** What became of a write, also of one that an earlier instance had made. */
export interface OutboxListener {
  delivered(entry: OutboxEntry, answer: Fields): void;
  failed(entry: OutboxEntry, error: ChatError): void;
  /** The server has answered that it does not take it yet; it is sent again, not before waitMs from now. */
  held(entry: OutboxEntry, error: ChatError, waitMs: number): void;
  /** Other writes wait than before. Told after delivered and failed. */
  changed(): void;
}

interface Write {
  entry: OutboxEntry;
  stored: Promise<void> | undefined;
  resolve(answer: Fields): void;
  reject(error: ChatError): void;
}

const nobody = (): void => {};

export class Outbox {
  readonly #lanes = new Map<string, Write[]>();
  readonly #sending = new Set<string>();
  #user: string;
  #loading: Promise<void> | undefined;
  #loaded = false;
  #order = 0;
  /** Ends with the connection; undefined: there is none. */
  #online: AbortController | undefined;
  #closed = false;

  /** user: whose outbox it is, then what the store has is read at once; empty: begin() says so. */
  constructor(
    private readonly store: OutboxStore,
    private readonly deliver: Deliver,
    private readonly listener: OutboxListener,
    user = "",
    private readonly waitMs: (attempt: number) => number = backoffMs,
  ) {
    this.#user = user;
    // Not in the constructor's turn: who made it does not hold it yet.
    if (user !== "") this.#loading = Promise.resolve().then(() => this.#load());
  }

  /** What waits, as far as it is loaded, in the order it was made. */
  get entries(): readonly OutboxEntry[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.map(({ entry }) => entry)).sort((a, b) => a.order - b.order);
  }

  /** Takes a write, and resolves with its ack. clientId: of one that failed, and is to be the same one. */
  add(event: string, roomId: string, payload: Fields, clientId: string = newId()): Promise<Fields> {
    if (this.#closed) return Promise.reject(closed());
    const entry: OutboxEntry = { clientId, user: this.#user, order: this.#nextOrder(), event, roomId, payload: { ...payload, roomId, clientId } };
    return new Promise((resolve, reject) => {
      const write: Write = { entry, stored: undefined, resolve, reject };
      if (this.#user !== "") this.#keep(write);
      this.#lane(roomId).push(write);
      this.listener.changed();
      void this.#run(roomId);
    });
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
    for (const lane of this.#lanes.values()) for (const write of lane) write.reject(closed());
    this.#lanes.clear();
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
    this.#user = user;
    this.#loading = undefined;
    this.#loaded = false;
    this.listener.changed();
  }

  #keep(write: Write): void {
    write.stored = this.store.put(write.entry).catch(nobody);
  }

  /** What an earlier instance left goes before what this one made. */
  async #load(): Promise<void> {
    const user = this.#user;
    const entries = await this.store.load().catch(() => []);
    if (this.#closed || user !== this.#user) return;
    const known = new Set([...this.#lanes.values()].flatMap((lane) => lane.map(({ entry }) => entry.clientId)));
    for (const entry of entries) {
      if (entry.user !== user || known.has(entry.clientId)) continue;
      this.#order = Math.max(this.#order, entry.order);
      this.#lane(entry.roomId).push({ entry, stored: Promise.resolve(), resolve: nobody, reject: nobody });
    }
    for (const lane of this.#lanes.values()) lane.sort((a, b) => a.entry.order - b.entry.order);
    this.#loaded = true;
    if (entries.length > 0) this.listener.changed();
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
      try {
        const answer = await this.deliver(write.entry.event, write.entry.payload);
        return this.#settle(write, () => {
          write.resolve(answer);
          this.listener.delivered(write.entry, answer);
        });
      } catch (thrown) {
        const error = asChatError(thrown);
        if (!error.retryable && !error.aboutToken && !this.#closed) {
          return this.#settle(write, () => {
            write.reject(error);
            this.listener.failed(write.entry, error);
          });
        }
        const waitMs = Math.max(error.retryAfterMs, this.waitMs(attempt));
        if (!online.signal.aborted) this.listener.held(write.entry, error, waitMs);
        await pause(waitMs, online.signal);
      }
    }
  }

  /** It is answered for good. */
  #settle(write: Write, tell: () => void): void {
    const lane = this.#lanes.get(write.entry.roomId);
    const at = lane?.indexOf(write) ?? -1;
    if (at >= 0) lane?.splice(at, 1);
    void this.store.remove(write.entry.clientId).catch(nobody);
    tell();
    this.listener.changed();
  }
}
