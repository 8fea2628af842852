// The connection: the only file that knows socket.io.
//
// Order and loss: events are passed on in the order they came, between `ready` and the
// loss of the connection. A question is asked once, on the connection that is there; its
// answer is handed to `take` before anything that came in behind it. Nothing is buffered
// over a loss: whoever asked is told UNAVAILABLE or TIMEOUT.
// Lifecycle: connects until close(), with growing waits; a refusal that waiting does not
// cure (and a new token neither) ends the attempts until retry().

import { io, type Socket } from "socket.io-client";
import { backoffMs, pause } from "./backoff.js";
import { asChatError, ChatError, closed, offline, unanswered } from "./errors.js";
import type { Tokens } from "./tokens.js";
import { decodeReady, type Ready } from "./wire-ready.js";
import { decodeError, type Fields, isFields } from "./wire.js";

/** How long an answer may take, and a connection, in ms. The server answers a send within 8 s. */
const ANSWER_MS = 10_000;
/** The longest a server that is going away may ask us to wait, in ms. */
const LONGEST_DRAIN_MS = 30_000;

/** Where the connection stands. `retryAt` is in milliseconds of Date.now(). */
export type State =
  | { readonly kind: "connecting" }
  | { readonly kind: "online" }
  | { readonly kind: "offline"; readonly retryAt: number; readonly error?: ChatError }
  | { readonly kind: "refused"; readonly error: ChatError };

/** What the link tells, one at a time. */
export interface LinkListener {
  state(state: State): void;
  ready(ready: Ready): void;
  event(name: string, payload: Fields): void;
}

export class Link {
  readonly #socket: Socket;
  readonly #tokens: Tokens;
  readonly #listener: LinkListener;
  readonly #ended = new AbortController();
  #state: State = { kind: "connecting" };
  #waiting: { resolve: () => void; reject: (error: ChatError) => void }[] = [];
  #connection = 0; // counts attempts: what belongs to an earlier one is void
  #attempt = 0;
  #fresh = false; // the token of this attempt was fetched for it
  #drainedAt = 0; // ms since the epoch: when the server is to close the connection
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, tokens: Tokens, listener: LinkListener) {
    this.#listener = listener;
    this.#tokens = tokens;
    this.#socket = io(url, {
      autoConnect: false,
      forceNew: true,
      // The attempts are timed here: each needs a token, and refusals their own way.
      reconnection: false,
      timeout: ANSWER_MS,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
    });
    this.#socket.on("connect_error", (error: Error & { data?: unknown }) => this.#failed(decodeError(error.data), error.message));
    this.#socket.on("disconnect", (reason) => this.#lost(reason));
    this.#socket.onAny((name: string, payload: unknown) => this.#receive(name, payload));
  }

  get online(): boolean {
    return this.#state.kind === "online";
  }

  get state(): State {
    return this.#state;
  }

  /** Connects, or tries at once what was to be tried later; also after a refusal. */
  retry(): void {
    clearTimeout(this.#timer);
    if (this.#ended.signal.aborted || this.online || this.#socket.active) return;
    void this.#connect(++this.#connection);
  }

  close(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#connection++;
    this.#socket.disconnect();
    this.#settleWaiting(closed());
  }

  /** Asks once. Fails with UNAVAILABLE when there is no connection, or it is lost meanwhile. */
  ask(event: string, payload: object, take?: (answer: Fields) => void): Promise<Fields> {
    if (this.#ended.signal.aborted) return Promise.reject(closed());
    if (!this.online || !this.#socket.connected) return Promise.reject(offline());
    return new Promise((resolve, reject) => {
      this.#socket.timeout(ANSWER_MS).emit(event, payload, (error: Error | null, answer?: unknown) => {
        if (error) return reject(this.online && this.#socket.connected ? unanswered() : offline());
        if (!isFields(answer)) return reject(new ChatError("INTERNAL", `the answer to ${event} cannot be read`, true));
        const refused = decodeError(answer["error"]);
        if (refused) return reject(refused);
        take?.(answer);
        resolve(answer);
      });
    });
  }

  /** The same, and waits for the connection first, for as long as an answer may take. */
  async request(event: string, payload: object): Promise<Fields> {
    if (!this.online) await this.#untilOnline();
    return this.ask(event, payload);
  }

  #untilOnline(): Promise<void> {
    if (this.#ended.signal.aborted) return Promise.reject(closed());
    if (this.#state.kind === "refused") return Promise.reject(this.#state.error);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(offline()), ANSWER_MS);
      this.#waiting.push({
        resolve: () => (clearTimeout(timer), resolve()),
        reject: (error) => (clearTimeout(timer), reject(error)),
      });
    });
  }

  #settleWaiting(error?: ChatError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) error ? one.reject(error) : one.resolve();
  }

  #become(state: State): void {
    this.#state = state;
    this.#listener.state(state);
  }

  async #connect(connection: number): Promise<void> {
    this.#become({ kind: "connecting" });
    try {
      const { token, fresh } = await this.#tokens.get();
      if (connection !== this.#connection) return;
      this.#fresh = fresh;
      this.#drainedAt = 0;
      this.#socket.auth = { token };
      this.#socket.connect();
    } catch (error) {
      if (connection === this.#connection) this.#later(asChatError(error));
    }
  }

  #receive(name: string, payload: unknown): void {
    const fields = isFields(payload) ? payload : {};
    if (name === "ready") {
      this.#attempt = 0;
      this.#state = { kind: "online" };
      this.#listener.ready(decodeReady(fields));
      this.#listener.state(this.#state);
      return this.#settleWaiting();
    }
    if (name === "auth_expiring") return void this.#renew(this.#connection);
    if (name === "closing" && fields["reason"] === "token_expired") return this.#tokens.drop();
    if (name === "server_draining") {
      this.#drainedAt = Date.now() + Math.min(Number(fields["reconnectInMs"]) || 0, LONGEST_DRAIN_MS);
      return;
    }
    this.#listener.event(name, fields);
  }

  /** Gives the living connection a new token, until that is done or it is another one. */
  async #renew(connection: number): Promise<void> {
    if (!this.#tokens.renewable) return;
    for (let attempt = 0; connection === this.#connection && this.online; attempt++) {
      this.#tokens.drop();
      try {
        const { token } = await this.#tokens.get();
        if (connection !== this.#connection) return;
        await this.ask("refresh_auth", { token });
        return;
      } catch (error) {
        const failure = asChatError(error);
        if (!failure.retryable && !failure.aboutToken) return; // another user's token
        // At worst the server closes, and the next connect brings a new token.
        await pause(backoffMs(attempt), this.#ended.signal);
      }
    }
  }

  #lost(reason: Socket.DisconnectReason): void {
    if (this.#ended.signal.aborted) return;
    if (reason !== "io server disconnect") return this.#later();
    this.#tokens.drop();
    this.#refuse(new ChatError("FORBIDDEN", "the server ended this user's connections", false));
  }

  #failed(refusal: ChatError | undefined, message: string): void {
    if (this.#ended.signal.aborted) return;
    if (!refusal) return this.#later(new ChatError("UNAVAILABLE", message, true));
    if (refusal.retryable) return this.#later(refusal);
    const another = refusal.aboutToken && this.#tokens.renewable && !this.#fresh;
    if (refusal.aboutToken) this.#tokens.drop();
    this.#socket.disconnect();
    // The kept token has had its day: a new one may do. A new one that is refused will not.
    if (another) return void this.#connect(++this.#connection);
    this.#refuse(refusal);
  }

  #refuse(error: ChatError): void {
    this.#connection++;
    this.#become({ kind: "refused", error });
    this.#settleWaiting(error);
  }

  #later(error?: ChatError): void {
    this.#connection++;
    this.#socket.disconnect();
    const waitMs = Math.max(this.#drainedAt - Date.now(), error?.retryAfterMs ?? 0, backoffMs(this.#attempt++));
    this.#become({ kind: "offline", retryAt: Date.now() + waitMs, ...(error ? { error } : {}) });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.retry(), waitMs);
  }
}
