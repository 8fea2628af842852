// The one rule of a room's log: the next number is applied, a lower one dropped, a higher
// one means a hole, which sync fills. It knows no socket; a source answers its questions.
//
// Concurrency: one catch-up at a time. begin() starts it anew, end() ends it; an answer to
// an earlier one is not looked at. While a join is under way nothing live is applied: the
// answer may say that the numbers are void. How far the log reaches is noted instead, and
// what is missing then is asked for, so that nothing has to be kept.

import { backoffMs, pause } from "./backoff.js";
import { asChatError, type ChatError } from "./errors.js";
import type { LogEvent, Page } from "./wire.js";

/** Who answers for a room. `take` is called before anything live that came in behind the answer. */
export interface LogSource {
  join(since: number | undefined, take: (page: Page) => void): Promise<unknown>;
  sync(since: number, take: (page: Page) => void): Promise<unknown>;
}

/** What a room's log tells: every event once and in order, from the first that is joined, or that a reset says otherwise. */
export interface LogReader {
  apply(event: LogEvent): void;
  /** What one has is void: the next event is lastSeq+1, and what was before is history's to tell. */
  reset(reason: string, lastSeq: number): void;
  /** Everything up to now is applied. */
  caughtUp(): void;
  /** The room may not be read, or is not there. It is asked for again by the next begin(). */
  refused(error: ChatError): void;
}

export class RoomLog {
  #last: number | undefined;
  /** How far the log reaches, as far as is known. */
  #highest = 0;
  #joining = true;
  #running: AbortController | undefined;
  /** Counts resets: an answer to a question from before one says nothing. */
  #resets = 0;
  #another = false;

  /** since: the last seq one has already; without it the log begins with what comes after the join. */
  constructor(
    private readonly source: LogSource,
    private readonly reader: LogReader,
    since?: number,
    private readonly waitMs: (attempt: number) => number = backoffMs,
  ) {
    this.#last = since;
  }

  /** The seq of the last event applied; undefined before the first join. */
  get last(): number | undefined {
    return this.#last;
  }

  /**
   * There is a connection, where nothing is joined yet. start: where a log begins of which nothing was told. Resolves
   * when everything up to now is applied, or that was given up.
   */
  begin(start?: number): Promise<void> {
    this.end();
    if (!this.#another) this.#last ??= start;
    this.#joining = true;
    this.#highest = 0;
    return this.#catchUp();
  }

  /** Goes back, or on, to a seq: what is above is applied, again. */
  rewind(since: number): Promise<void> {
    this.#resets++;
    this.#last = since;
    const running = this.#running !== undefined || !this.#joining;
    return running ? this.begin() : Promise.resolve();
  }

  /** The connection is gone, or nobody listens any more. */
  end(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#joining = true;
  }

  /** The numbers are void, because it is another log. The next join says where that one is. */
  forget(): void {
    this.#resets++;
    this.#another = this.#last !== undefined;
    this.#last = undefined;
  }

  /** Everything up to now is applied. */
  get live(): boolean {
    return !this.#joining && this.#running === undefined;
  }

  /** A live event. */
  receive(event: LogEvent): void {
    this.#highest = Math.max(this.#highest, event.seq);
    if (this.#joining || this.#last === undefined) return;
    if (event.seq === this.#last + 1) return this.#apply(event);
    if (event.seq > this.#last) void this.#catchUp();
  }

  /** The server says that it cannot bring what is missing. */
  resetTo(reason: string, lastSeq: number): void {
    this.#resets++;
    this.#last = lastSeq;
    this.#highest = lastSeq;
    this.reader.reset(reason, lastSeq);
  }

  #apply(event: LogEvent): void {
    this.#last = event.seq;
    this.reader.apply(event);
  }

  #catchUp(): Promise<void> {
    if (this.#running) return Promise.resolve();
    const running = new AbortController();
    this.#running = running;
    return this.#work(running.signal).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; ) {
      const before = this.#last;
      try {
        if (await this.#ask(signal)) return;
      } catch (error) {
        const failure = asChatError(error);
        if (signal.aborted) return;
        if (!failure.retryable) return this.reader.refused(failure);
        await pause(Math.max(failure.retryAfterMs, this.waitMs(attempt++)), signal);
        continue;
      }
      // An answer that brings nothing is not asked for again at once.
      if (this.#last !== before) attempt = 0;
      else await pause(this.waitMs(attempt++), signal);
    }
  }

  /** Asks once; says whether everything is there. It is decided with the answer: what comes live behind it finds the work ended. */
  async #ask(signal: AbortSignal): Promise<boolean> {
    let done = false;
    const resets = this.#resets;
    const take = (page: Page): void => {
      if (signal.aborted || resets !== this.#resets) return;
      this.#joining = false;
      done = this.#take(page);
      if (done) this.#running = undefined;
    };
    if (this.#joining || this.#last === undefined) await this.source.join(this.#last, take);
    else await this.source.sync(this.#last, take);
    return done;
  }

  #take(page: Page): boolean {
    if (page.reset !== undefined && page.lastSeq === undefined) {
      this.reader.reset(page.reset, this.#last ?? 0);
      return true;
    }
    const lastSeq = page.lastSeq ?? 0;
    const reset = this.#another ? "another_log" : page.reset;
    this.#another = false;
    if (reset !== undefined) {
      const heard = this.#highest;
      this.resetTo(reset, lastSeq);
      this.#highest = Math.max(heard, lastSeq);
    }
    this.#last ??= lastSeq;
    this.#highest = Math.max(this.#highest, lastSeq);
    for (const event of page.events) {
      if (event.seq === this.#last + 1) this.#apply(event);
    }
    if (page.more || this.#last < this.#highest) return false;
    this.reader.caughtUp();
    return true;
  }
}
