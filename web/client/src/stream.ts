// One declared stream, kept open over every connection: it goes on with its last `after`.

import { backoffMs, pause } from "./backoff.js";
import { Emitter } from "./emitter.js";
import { asChatError, ChatError } from "./errors.js";
import { type Fields, isFields } from "./wire.js";

export type StreamEvents = {
  /** One change; after is where to go on, absent of the documents that come first. */
  change: [change: Fields, after: string | undefined];
  /** It begins anew, with the documents that match now: drop what you have. */
  reset: [];
  /** The server has it open. */
  open: [];
  /** It is open no more, and will be again by itself. */
  waiting: [];
  /** It has ended for good. */
  closed: [error: ChatError];
};

export interface StreamOptions {
  /** Where to go on; not together with initial. */
  after?: string;
  /** Bring the documents that match now first. */
  initial?: boolean;
}

/** What a stream needs of its chat. */
export interface StreamHost {
  ask(event: string, payload: object, take?: (answer: Fields) => void): Promise<Fields>;
}

/** Ends after which the same stream can be opened again. */
const PASSING = new Set(["changed", "failed", "slow", "draining"]);

export class Stream extends Emitter<StreamEvents> {
  readonly #host: StreamHost;
  #after: string | undefined;
  #id: string | undefined;
  #started = false; // changes may have been told
  #attempt = 0;
  #online: AbortController | undefined;
  #ended = false;

  /** Made by chat.stream(). */
  constructor(
    readonly uri: string,
    private readonly vars: Fields,
    private readonly options: StreamOptions,
    host: StreamHost,
    private readonly gone: (stream: Stream) => void,
  ) {
    super();
    this.#host = host;
    this.#after = options.after;
  }

  /** Where to go on after the last change told. */
  get after(): string | undefined {
    return this.#after;
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    if (this.#ended) return;
    const id = this.#id;
    this.#id = undefined;
    this.end();
    this.#finish();
    if (id !== undefined) this.#host.ask("unsubscribe_stream", { id }).catch(() => {});
  }

  /** @internal There is a connection. */
  begin(): void {
    this.end();
    if (this.#ended) return;
    this.#online = new AbortController();
    void this.#open(this.#online.signal);
  }

  /** @internal The connection is gone, and the subscription with it. */
  end(): void {
    this.#online?.abort();
    this.#online = undefined;
    this.#wait();
  }

  /** @internal A stream_event or stream_closed of this connection. */
  receive(name: string, payload: Fields): void {
    if (this.#id === undefined || payload["id"] !== this.#id) return;
    if (name === "stream_event") return this.#told(payload);
    const reason = String(payload["reason"]);
    if (!PASSING.has(reason)) {
      this.#id = undefined;
      return this.#over(new ChatError(reason === "history_lost" ? "GONE" : "NOT_FOUND", `the stream has ended: ${reason}`, false, 0, undefined, reason));
    }
    this.#wait();
    const signal = this.#online?.signal;
    if (signal) void pause(backoffMs(this.#attempt++), signal).then(() => this.#open(signal));
  }

  #wait(): void {
    if (this.#id === undefined) return;
    this.#id = undefined;
    if (!this.#ended) this.tell("waiting");
  }

  #told(payload: Fields): void {
    this.#attempt = 0;
    if (typeof payload["after"] === "string") this.#after = payload["after"];
    if (isFields(payload["change"])) this.tell("change", payload["change"], this.#after);
  }

  async #open(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#ended) {
      try {
        const place = this.#after !== undefined ? { after: this.#after } : this.options.initial ? { initial: true } : {};
        await this.#host.ask("subscribe_stream", { uri: this.uri, vars: this.vars, ...place }, (answer) => {
          if (signal.aborted) return;
          const again = this.#started && this.#after === undefined && this.options.initial === true;
          this.#started = true;
          this.#id = String(answer["id"]);
          // Before its first document, which comes behind this answer.
          if (again) this.tell("reset");
          this.tell("open");
        });
        return;
      } catch (thrown) {
        const error = asChatError(thrown);
        if (signal.aborted || this.#ended) return;
        if (!error.retryable) return this.#over(error);
        await pause(Math.max(error.retryAfterMs, backoffMs(this.#attempt++)), signal);
      }
    }
  }

  /** Its end for good; but a stream that begins with what is there may begin anew where its place is lost. */
  #over(error: ChatError): void {
    const signal = this.#online?.signal;
    if (error.code === "GONE" && this.options.initial && this.#after !== undefined && signal) {
      this.#after = undefined;
      void this.#open(signal);
      return;
    }
    this.end();
    this.#finish();
    this.tell("closed", error);
  }

  #finish(): void {
    this.#ended = true;
    this.gone(this);
  }
}
