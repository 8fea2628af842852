// What a developer holds: one connection, and the rooms and streams on it.

import { Emitter } from "./emitter.js";
import type { ChatError } from "./errors.js";
import { Link, type State } from "./link.js";
import { Outbox } from "./outbox.js";
import { indexedDBStore, memoryStore, type OutboxEntry, type OutboxStore } from "./outbox-store.js";
import { Room, type RoomHost } from "./room.js";
import { Stream, type StreamOptions } from "./stream.js";
import type { TokenSource } from "./tokens.js";
import { decodeLogEvent, decodeNotification, type Fields, isFields, type Notification, type Ready, type User } from "./wire.js";

export type ChatEvents = {
  state: [state: State];
  notification: [notification: Notification];
  /** How many notifications are unread. */
  unread: [count: number];
  /** A write was acked, also one that an earlier page had left in the outbox. */
  sent: [entry: OutboxEntry, seq: number];
  /** A write was refused for good, and has left the outbox. */
  failed: [entry: OutboxEntry, error: ChatError];
  /** Events of a declaration's `events` and of PostgreSQL's channels, under the names declared. */
  push: [name: string, payload: Fields];
};

export interface ChatOptions {
  /** A token, or where to get one: asked at the start, when it runs out and when it is refused. */
  token: TokenSource;
  /** Where writes wait; default: IndexedDB where there is one, else memory. */
  outbox?: OutboxStore;
  /** The user's id where it is known: then writes are stored before the first connection, too. */
  user?: string;
}

/** Connects to a server, by its address, and stays connected until close(). */
export function connect(url: string, options: ChatOptions): Chat {
  return new Chat(url, options);
}

export class Chat extends Emitter<ChatEvents> {
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #rooms = new Map<string, Room>();
  readonly #streams = new Set<Stream>();
  readonly #host: RoomHost;
  readonly #wake = (): void => this.#link.retry();
  #user: User | undefined;
  #logId: string | undefined;
  #ready = false;
  #unread = 0;

  /** Made by connect(). */
  constructor(url: string, options: ChatOptions) {
    super();
    this.#link = new Link(url, options.token, {
      state: (state) => this.#became(state),
      ready: (ready) => this.#begin(ready),
      event: (name, payload) => this.#receive(name, payload),
    });
    this.#outbox = new Outbox(options.outbox ?? defaultStore(url), (event, payload) => this.#link.ask(event, payload), {
      delivered: (entry, answer) => this.tell("sent", entry, Number(answer["seq"])),
      failed: (entry, error) => this.tell("failed", entry, error),
    }, options.user);
    this.#host = {
      ask: (event, payload, take) => this.#link.ask(event, payload, take),
      request: (event, payload) => this.#link.request(event, payload),
      write: (event, roomId, payload) => this.#outbox.add(event, roomId, payload),
    };
    globalThis.addEventListener?.("online", this.#wake);
    // Listeners that are added in this turn hear the first state, too.
    queueMicrotask(this.#wake);
  }

  get state(): State {
    return this.#link.state;
  }

  /** Who is signed in; undefined before the first connection. */
  get user(): User | undefined {
    return this.#user;
  }

  /** How many notifications are unread, as far as was told. */
  get unread(): number {
    return this.#unread;
  }

  /** A room, joined on every connection from now on. since: the last seq one has of it already. */
  room(id: string, options: { since?: number } = {}): Room {
    const known = this.#rooms.get(id);
    if (known) return known;
    const room = new Room(id, this.#host, options.since);
    this.#rooms.set(id, room);
    if (this.#ready) room.begin(false);
    return room;
  }

  /** Leaves a room on this connection; its object is of no use any more. What is in the outbox is still sent. */
  leave(id: string): void {
    this.#rooms.get(id)?.end();
    if (this.#rooms.delete(id)) this.#link.ask("leave_room", { roomId: id }).catch(() => {});
  }

  /** Opens a declared stream, and opens it again on every connection, where it left off. */
  stream(uri: string, vars: Fields = {}, options: StreamOptions = {}): Stream {
    const stream = new Stream(uri, vars, options, this.#host, (ended) => void this.#streams.delete(ended));
    this.#streams.add(stream);
    if (this.#ready) stream.begin();
    return stream;
  }

  /** Marks notifications as read, or as unread again; resolves with how many are unread then. */
  async mark(ids: readonly string[], read = true): Promise<number> {
    const answer = await this.#link.request("mark_notifications", { ids, read });
    this.#count(Number(answer["unread"]));
    return this.#unread;
  }

  /** Tries to connect at once, also after a refusal. */
  retry(): void {
    this.#link.retry();
  }

  /** Ends everything; what was not acked stays in the outbox, for the next one with the same store. */
  close(): void {
    globalThis.removeEventListener?.("online", this.#wake);
    this.#end();
    this.#outbox.close();
    this.#link.close();
  }

  #became(state: State): void {
    if (state.kind !== "online") this.#end();
    this.tell("state", state);
  }

  #begin(ready: Ready): void {
    const another = this.#logId !== undefined && this.#logId !== ready.logId;
    this.#logId = ready.logId;
    this.#user = ready.user;
    this.#ready = true;
    if (ready.unread !== undefined) this.#count(ready.unread);
    for (const room of this.#rooms.values()) room.begin(another);
    for (const stream of this.#streams) stream.begin();
    this.#outbox.begin(ready.user.id);
  }

  #end(): void {
    this.#ready = false;
    this.#outbox.end();
    for (const room of this.#rooms.values()) room.end();
    for (const stream of this.#streams) stream.end();
  }

  #receive(name: string, payload: Fields): void {
    if (name === "stream_event" || name === "stream_closed") {
      for (const stream of [...this.#streams]) stream.receive(name, payload);
      return;
    }
    if (name === "notification") {
      const notification = decodeNotification(payload);
      if (!notification) return;
      this.#count(this.#unread + 1);
      return this.tell("notification", notification);
    }
    const roomId = payload["roomId"];
    const event = decodeLogEvent(name, payload);
    if (typeof roomId === "string" && (event || name === "room_reset" || name === "typing")) return this.#rooms.get(roomId)?.receive(name, payload, event);
    if (isFields(payload)) this.tell("push", name, payload);
  }

  #count(unread: number): void {
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.tell("unread", unread);
  }
}

function defaultStore(url: string): OutboxStore {
  return typeof indexedDB === "undefined" ? memoryStore() : indexedDBStore(`roomstream ${url}`);
}
