// The feeds of one signed-in user: which streams there are, which are open, and what
// keeps them open.
//
// Order and loss: events are kept in the order they come. When the connection is lost,
// each open feed is opened again on the next one with the last `after`, so that nothing
// is missing; where that cannot be, a line of the feed says so. Events are handed to the
// page in bundles, ten a second: however many come, it stays usable.

import { type ReadonlySignal, signal } from "@preact/signals";
import { listStreams } from "../api";
import { backoffMs } from "../backoff";
import type { Chat } from "../chat/chat";
import type { Connection, Status } from "../connection";
import { type Declaration, ProtocolError, type StreamClosed, type StreamEvent, type SubscribeStream, type User } from "../protocol";
import type { Session } from "../session/session";
import { type Asked, type Feed, type FeedAction, KEEP_EVENTS, isLive, newFeed, reduceFeed } from "./feed";
import type { Typed } from "./variables";

/** How long events are gathered before they are shown, in ms. */
const BUNDLE_MS = 100;
/** How often the list is read anew, in ms: declarations made by others are not announced. */
const LIST_EVERY_MS = 30_000;
/** Events kept that came before the answer that says whose they are. It follows within milliseconds. */
const MAX_EARLY = 1_000;

export type Listing = { kind: "loading" } | { kind: "ready" } | { kind: "failed"; error: ProtocolError };

/** One stream as this page knows it: what is typed into its form, and its feed. */
export class FeedState {
  readonly feed = signal<Feed>(newFeed);
  readonly typed = signal<Typed>({});
  readonly initial = signal(false);
  /** Variables that the server asked for and no declaration told of. */
  readonly missed = signal<readonly string[]>([]);
  /** As it was listed last. */
  declaration: Declaration | undefined;
  /** Its number on the connection; undefined: it is not open there. */
  id: string | undefined;
  /** Counts up with each attempt to open: the answer to an earlier one is nobody's. */
  attempt = 0;
  /** Attempts that failed since it was open last. */
  failures = 0;
  waiting: StreamEvent[] = [];

  constructor(readonly name: string) {}

  dispatch(action: FeedAction): void {
    this.feed.value = reduceFeed(this.feed.peek(), action);
  }
}

export class Feeds {
  readonly user: User;
  readonly listing = signal<Listing>({ kind: "loading" });
  readonly declarations = signal<readonly Declaration[]>([]);
  readonly status: ReadonlySignal<Status>;

  private readonly session: Session;
  private readonly connection: Connection;
  private readonly states = new Map<string, FeedState>();
  private readonly byId = new Map<string, FeedState>();
  private readonly unwatch: () => void;
  private readonly listTimer: ReturnType<typeof setInterval>;
  private bundleTimer: ReturnType<typeof setTimeout> | undefined;
  private asking = 0; // how many answers are awaited
  private early: (StreamEvent | StreamClosed)[] = [];
  /** Streams that were given up on this connection. */
  private readonly abandoned = new Set<string>();

  constructor(chat: Chat) {
    this.user = chat.user;
    this.session = chat.session;
    this.status = chat.status;
    this.connection = chat.connection;
    this.connection.listenToStreams({
      streamEvent: (event) => this.event(event),
      streamClosed: (closed) => this.closed(closed),
    });
    this.unwatch = chat.status.subscribe((status) => this.connectionIs(status));
    this.listTimer = setInterval(() => {
      if (document.visibilityState === "visible") void this.readList();
    }, LIST_EVERY_MS);
    void this.readList();
  }

  /** Forgets everything. The connection, which ends what is open, is not this one's to close. */
  close(): void {
    this.unwatch();
    clearInterval(this.listTimer);
    clearTimeout(this.bundleTimer);
    for (const state of this.states.values()) state.attempt++;
  }

  state(name: string): FeedState {
    const known = this.states.get(name);
    if (known) return known;
    const state = new FeedState(name);
    this.states.set(name, state);
    return state;
  }

  /** What is to be shown of a name: one that was opened stays with what came, also when it is listed no more. */
  declarationOf(name: string): Declaration | undefined {
    const listed = this.declarations.value.find((declaration) => declaration.name === name);
    const state = this.states.get(name);
    return listed ?? (state?.feed.value.asked ? state.declaration : undefined);
  }

  async readList(): Promise<void> {
    try {
      const declarations = await listStreams(this.session.token);
      for (const declaration of declarations) this.state(declaration.name).declaration = declaration;
      this.declarations.value = declarations;
      this.listing.value = { kind: "ready" };
    } catch (error) {
      // What was read once is still worth showing.
      if (this.listing.peek().kind !== "ready") this.listing.value = { kind: "failed", error: asProtocolError(error) };
    }
  }

  /** Opens a stream. Asked for what was asked before, it goes on where that ended, if it still can. */
  open(state: FeedState, asked: Asked): void {
    const before = state.feed.peek();
    if (isLive(before)) return;
    const goOn = before.after !== undefined && JSON.stringify(before.asked) === JSON.stringify(asked);
    state.dispatch({ type: "opening", asked, goOn });
    state.failures = 0;
    if (this.status.peek().kind === "online") void this.subscribe(state);
    else state.dispatch({ type: "lost" });
  }

  stop(state: FeedState): void {
    this.flush();
    const { id } = state;
    this.forget(state);
    state.dispatch({ type: "stopped" });
    if (id !== undefined) this.abandon(id);
  }

  private async subscribe(state: FeedState): Promise<void> {
    const attempt = ++state.attempt;
    const { asked, after } = state.feed.peek();
    if (!asked) return;
    const request: SubscribeStream = { uri: state.name, vars: asked.vars };
    if (after !== undefined) request.after = after;
    else if (asked.initial) request.initial = true;
    this.asking++;
    try {
      const id = await this.connection.subscribeStream(request);
      if (attempt === state.attempt) this.opened(state, id);
      else this.abandon(id);
    } catch (error) {
      if (attempt === state.attempt) this.notOpened(state, asProtocolError(error));
    }
    this.asking--;
    if (this.asking === 0) this.early = [];
  }

  private opened(state: FeedState, id: string): void {
    state.id = id;
    state.failures = 0;
    this.byId.set(id, state);
    state.dispatch({ type: "opened", at: Date.now() });
    const early = this.early.filter((event) => event.id === id);
    this.early = this.early.filter((event) => event.id !== id);
    for (const event of early) {
      if ("change" in event) this.event(event);
      else this.closed(event);
    }
  }

  private notOpened(state: FeedState, error: ProtocolError): void {
    const online = this.status.peek().kind === "online";
    const was = state.feed.peek().status.kind;
    if (!online || (error.retryable && was === "reconnecting")) {
      state.dispatch({ type: "lost" });
      if (online) this.later(state, error.retryAfterMs);
      return;
    }
    // The place to go on from is too long ago, or of an earlier declaration.
    const placeLost = error.code === "GONE" || (error.code === "BAD_REQUEST" && error.field === "after");
    if (placeLost && was === "opening") {
      // Asked for by hand: then from now on.
      state.dispatch({ type: "placeLost" });
      return void this.subscribe(state);
    }
    if (placeLost) return state.dispatch({ type: "closed", reason: "history_lost" });
    const variable = error.field?.startsWith("vars.") ? error.field.slice("vars.".length) : undefined;
    if (variable) state.missed.value = [...new Set([...state.missed.peek(), variable])];
    state.dispatch({ type: "refused", error });
    // The form may be of an earlier declaration.
    if (!error.retryable) void this.readList();
  }

  /** Tries again in a while, unless something else has come of it by then. */
  private later(state: FeedState, atLeastMs: number): void {
    const attempt = state.attempt;
    const waitMs = Math.max(atLeastMs, backoffMs(state.failures++, Math.random));
    setTimeout(() => {
      if (attempt === state.attempt && this.status.peek().kind === "online") void this.subscribe(state);
    }, waitMs);
  }

  private connectionIs(status: Status): void {
    this.flush();
    const live = [...this.states.values()].filter((state) => isLive(state.feed.peek()));
    if (status.kind === "online") {
      for (const state of live) void this.subscribe(state);
      if (this.listing.peek().kind === "failed") void this.readList();
      return;
    }
    this.abandoned.clear();
    for (const state of live) {
      this.forget(state);
      state.dispatch({ type: "lost" });
    }
  }

  private event(event: StreamEvent): void {
    const state = this.byId.get(event.id);
    if (!state) return this.notYetKnown(event);
    state.waiting.push(event);
    if (state.waiting.length >= KEEP_EVENTS) return this.flush();
    this.bundleTimer ??= setTimeout(() => this.flush(), BUNDLE_MS);
  }

  private closed(closed: StreamClosed): void {
    const state = this.byId.get(closed.id);
    if (!state) return this.notYetKnown(closed);
    this.flush();
    this.forget(state);
    if (closed.reason === "draining") {
      // The server is about to go; another takes the connection.
      state.dispatch({ type: "lost" });
      return this.later(state, 0);
    }
    state.dispatch({ type: "closed", reason: closed.reason });
    void this.readList();
  }

  /** Keeps what may belong to a stream whose answer is on its way; of too many the oldest go, as they would from the list. */
  private notYetKnown(event: StreamEvent | StreamClosed): void {
    if (this.asking > 0) {
      this.early.push(event);
      if (this.early.length > MAX_EARLY) this.early.shift();
    } else if ("change" in event) {
      // The answer that told of it was lost.
      this.abandon(event.id);
    }
  }

  private flush(): void {
    clearTimeout(this.bundleTimer);
    this.bundleTimer = undefined;
    const at = Date.now();
    for (const state of this.states.values()) {
      if (state.waiting.length === 0) continue;
      const events = state.waiting;
      state.waiting = [];
      state.dispatch({ type: "events", events, at });
    }
  }

  /** It is no longer open on this connection. */
  private forget(state: FeedState): void {
    state.attempt++;
    if (state.id !== undefined) this.byId.delete(state.id);
    state.id = undefined;
  }

  /** Closes what nobody here waits for. A connection that is lost has closed it itself. */
  private abandon(id: string): void {
    if (this.abandoned.has(id)) return;
    this.abandoned.add(id);
    this.connection.unsubscribeStream(id).catch(() => {});
  }
}

function asProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  return new ProtocolError({ code: "INTERNAL", message: "Something went wrong here.", retryable: true });
}
