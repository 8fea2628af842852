// How far rooms are marked as read, or as delivered.
//
// Order and loss: of a room one mark is under way at a time, and the highest that was
// wanted meanwhile is the next; a lower one is never sent. A mark waits for the connection
// and for what passes; it lives as long as this instance.

import { backoffMs, pause } from "./backoff.js";
import { asChatError, type ChatError, closed } from "./errors.js";

/** The least time between two marks of one room, in ms: who scrolls reads many messages in it. */
const APART_MS = 200;

interface Waiter<State> {
  readonly seq: number;
  resolve(state: State): void;
  reject(error: ChatError): void;
}

interface Lane<State> {
  wanted: number;
  running: boolean;
  waiters: Waiter<State>[];
}

export class Marks<State> {
  readonly #lanes = new Map<string, Lane<State>>();
  #resting = new AbortController();
  #online: AbortController | undefined;

  constructor(
    private readonly ask: (roomId: string, seq: number) => Promise<State>,
    private readonly apartMs = APART_MS,
    private readonly waitMs: (attempt: number) => number = backoffMs,
  ) {}

  /** Marks a room up to seq; resolves when the server knows that, or more. */
  mark(roomId: string, seq: number): Promise<State> {
    const lane = this.#lanes.get(roomId) ?? { wanted: seq, running: false, waiters: [] };
    this.#lanes.set(roomId, lane);
    lane.wanted = Math.max(lane.wanted, seq);
    return new Promise((resolve, reject) => {
      lane.waiters.push({ seq, resolve, reject });
      void this.#run(roomId, lane);
    });
  }

  /** What is wanted of a room and not known to the server yet. */
  pending(roomId: string): number | undefined {
    return this.#lanes.get(roomId)?.wanted;
  }

  /** There is a connection. */
  begin(): void {
    this.end();
    this.#online = new AbortController();
    for (const [roomId, lane] of this.#lanes) void this.#run(roomId, lane);
  }

  /** The connection is gone. */
  end(): void {
    this.#online?.abort();
    this.#online = undefined;
  }

  /** What waits for its time is sent at once. */
  hurry(): void {
    const resting = this.#resting;
    this.#resting = new AbortController();
    resting.abort();
  }

  /** Ends it. */
  close(): void {
    this.end();
    for (const roomId of [...this.#lanes.keys()]) this.#fail(roomId, closed());
  }

  #fail(roomId: string, error: ChatError): void {
    const lane = this.#lanes.get(roomId);
    this.#lanes.delete(roomId);
    for (const waiter of lane?.waiters ?? []) waiter.reject(error);
  }

  async #run(roomId: string, lane: Lane<State>): Promise<void> {
    if (lane.running) return;
    lane.running = true;
    try {
      for (let attempt = 0; this.#online && this.#lanes.get(roomId) === lane; ) {
        attempt = (await this.#once(roomId, lane, this.#online.signal)) ? 0 : attempt + 1;
        if (attempt > 0) await pause(this.waitMs(attempt - 1), this.#online?.signal);
      }
    } finally {
      lane.running = false;
    }
  }

  /** Sends the highest mark that is wanted. False: it is to be tried again. */
  async #once(roomId: string, lane: Lane<State>, signal: AbortSignal): Promise<boolean> {
    const seq = lane.wanted;
    try {
      const state = await this.ask(roomId, seq);
      const known = lane.waiters.filter((waiter) => waiter.seq <= seq);
      lane.waiters = lane.waiters.filter((waiter) => waiter.seq > seq);
      for (const waiter of known) waiter.resolve(state);
    } catch (thrown) {
      const error = asChatError(thrown);
      if (!error.retryable && !error.aboutToken) this.#fail(roomId, error);
      else await pause(error.retryAfterMs, signal);
      return false;
    }
    await pause(this.apartMs, AbortSignal.any([signal, this.#resting.signal]));
    if (lane.waiters.length === 0) this.#lanes.delete(roomId);
    return true;
  }
}
