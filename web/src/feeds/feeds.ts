// The feeds of one signed-in user: which streams there are, which are open, and what came.
//
// Order and loss: the client module keeps a stream open over every connection and goes on
// behind the last event it told; where that cannot be, a line of the feed says so. Events
// are handed to the page in bundles, ten a second: however many come, it stays usable.

import { type ReadonlySignal, signal } from "@preact/signals";
import { asChatError, type Chat as Client, type ChatError, type Stream } from "../../client/src/index";
import type { Chat } from "../chat/chat";
import type { Status } from "../chat/status";
import type { Declaration, StreamEvent, User } from "../protocol";
import { decodeDeclaration } from "../protocol-decode";
import { type Asked, type Feed, type FeedAction, KEEP_EVENTS, isLive, newFeed, reduceFeed } from "./feed";
import type { Typed } from "./variables";
import { closings } from "./words";

/** How long events are gathered before they are shown, in ms. */
const BUNDLE_MS = 100;
/** How often the list is read anew, in ms: declarations made by others are not announced. */
const LIST_EVERY_MS = 30_000;

export type Listing = { kind: "loading" } | { kind: "ready" } | { kind: "failed"; error: ChatError };

/** One stream as this page knows it: what is typed into its form, and its feed. */
export class FeedState {
  readonly feed = signal<Feed>(newFeed);
  readonly typed = signal<Typed>({});
  readonly initial = signal(false);
  /** Variables that the server asked for and no declaration told of. */
  readonly missed = signal<readonly string[]>([]);
  /** As it was listed last. */
  declaration: Declaration | undefined;
  /** What keeps it open; undefined: it is not to be open. */
  stream: Stream | undefined;
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

  private readonly client: Client;
  private readonly states = new Map<string, FeedState>();
  private readonly unwatch: () => void;
  private readonly listTimer: ReturnType<typeof setInterval>;
  private bundleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: Chat) {
    this.user = chat.user;
    this.status = chat.status;
    this.client = chat.client;
    this.unwatch = chat.status.subscribe(({ kind }) => {
      if (kind === "online" && this.listing.peek().kind === "failed") void this.readList();
    });
    this.listTimer = setInterval(() => {
      if (document.visibilityState === "visible") void this.readList();
    }, LIST_EVERY_MS);
    void this.readList();
  }

  /** Forgets everything, and closes what is open. */
  close(): void {
    this.unwatch();
    clearInterval(this.listTimer);
    clearTimeout(this.bundleTimer);
    for (const { stream } of this.states.values()) stream?.close();
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
      const declarations = (await this.client.streams()).map(decodeDeclaration).filter((declaration) => declaration !== undefined);
      for (const declaration of declarations) this.state(declaration.name).declaration = declaration;
      this.declarations.value = declarations;
      this.listing.value = { kind: "ready" };
    } catch (error) {
      // What was read once is still worth showing.
      if (this.listing.peek().kind !== "ready") this.listing.value = { kind: "failed", error: asChatError(error) };
    }
  }

  /** Reads the list again, where it could not be read: what fails once more is said once more. */
  tryAgain(): void {
    this.listing.value = { kind: "loading" };
    void this.readList();
  }

  /** Opens a stream. Asked for what was asked before, it goes on where that ended, if it still can. */
  open(state: FeedState, asked: Asked): void {
    const before = state.feed.peek();
    if (isLive(before)) return;
    const goOn = before.after !== undefined && JSON.stringify(before.asked) === JSON.stringify(asked);
    state.dispatch({ type: "opening", asked, goOn });
    this.begin(state, asked);
    if (this.status.peek().kind !== "online") state.dispatch({ type: "lost" });
  }

  stop(state: FeedState): void {
    this.flush();
    this.end(state);
    state.dispatch({ type: "stopped" });
  }

  private begin(state: FeedState, asked: Asked): void {
    const { after } = state.feed.peek();
    const place = after !== undefined ? { after } : asked.initial ? { initial: true } : {};
    const stream = this.client.stream(state.name, asked.vars, place);
    state.stream = stream;
    let wasOpen = false;
    stream.on("open", () => {
      wasOpen = true;
      this.flush();
      state.dispatch({ type: "opened", at: Date.now() });
    });
    stream.on("change", (change, after) => this.event(state, { change, ...(after !== undefined && { after }) }));
    stream.on("reset", () => {
      this.flush();
      state.dispatch({ type: "cleared" });
    });
    stream.on("waiting", () => {
      this.flush();
      state.dispatch({ type: "lost" });
    });
    stream.on("closed", (error) => this.closed(state, asked, error, wasOpen));
  }

  /** It has ended for good, or could not be opened. */
  private closed(state: FeedState, asked: Asked, error: ChatError, wasOpen: boolean): void {
    this.flush();
    state.stream = undefined;
    const isListed = error.reason !== undefined && closings.has(error.reason);
    // The place to go on from is too long ago, or of an earlier declaration.
    const placeLost = error.code === "GONE" || (error.code === "BAD_REQUEST" && error.field === "after");
    if (isListed || (placeLost && wasOpen)) {
      state.dispatch({ type: "closed", reason: isListed ? (error.reason ?? "") : "history_lost" });
      return void this.readList();
    }
    if (placeLost && state.feed.peek().after !== undefined) {
      // Asked for by hand: then from now on.
      state.dispatch({ type: "placeLost" });
      return this.begin(state, asked);
    }
    const variable = error.field?.startsWith("vars.") ? error.field.slice("vars.".length) : undefined;
    if (variable) state.missed.value = [...new Set([...state.missed.peek(), variable])];
    state.dispatch({ type: "refused", error });
    // The form may be of an earlier declaration.
    void this.readList();
  }

  private event(state: FeedState, event: StreamEvent): void {
    state.waiting.push(event);
    if (state.waiting.length >= KEEP_EVENTS) return this.flush();
    this.bundleTimer ??= setTimeout(() => this.flush(), BUNDLE_MS);
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

  private end(state: FeedState): void {
    state.stream?.close();
    state.stream = undefined;
  }
}
