// What a developer holds: one connection, and the rooms and streams on it.

import { Emitter } from "./emitter.js";
import type { ChatError } from "./errors.js";
import { newId } from "./id.js";
import { Idle } from "./idle.js";
import { Link, type State } from "./link.js";
import { Outbox } from "./outbox.js";
import type { OutboxStorage } from "./outbox-keeper.js";
import { indexedDBStore, memoryStore, type OutboxEntry, type OutboxStore } from "./outbox-store.js";
import { Rest } from "./rest.js";
import { type ListQuery, type Room, whole } from "./room.js";
import { Rooms } from "./rooms.js";
import { Stream, type StreamHost, type StreamOptions } from "./stream.js";
import { Tokens, type TokenSource } from "./tokens.js";
import { decodeList, decodeNotification, type Fields, isFields, type LogEvent, type Notification } from "./wire.js";
import { decodeFound, decodeNotifications, decodePresence, decodeProfile, type FoundPage, type NotificationPage, type Presence, type Profile } from "./wire-people.js";
import type { Limits, Ready, User } from "./wire-ready.js";
import { decodeThread, decodeUnreadThreads, type ThreadState, type UnreadThread } from "./wire-threads.js";
import { decodeListed, decodeRoom, type LeftReason, type ListedRoom, type MyRoom, type RoomInfo } from "./wire-rooms.js";

export type ChatEvents = {
  state: [state: State];
  /** The user's own rooms, or what is unread of them, are others than before. */
  rooms: [rooms: readonly MyRoom[]];
  /** Somebody gave the user a role in a room, or opened a direct room with him. */
  added: [room: RoomInfo, author: string];
  /** Somebody in a room of the user's is present, or is not. May be lost. */
  presence: [presence: Presence];
  notification: [notification: Notification];
  /** The user has followed a thread, or ceased to, or read it, on any of his devices. */
  thread: [thread: ThreadState];
  /** How many notifications are unread. */
  unread: [count: number];
  /** An event of the log of any room that is followed or opened: each once, in the room's order. */
  event: [event: LogEvent];
  /** One is out of a room that was followed or opened; as the room's own `left`. */
  left: [roomId: string, reason: LeftReason, error?: ChatError];
  /** Other writes wait in the outbox, or have failed, than before. */
  outbox: [entries: readonly OutboxEntry[]];
  /** What is in the outbox outlives the page from now on, or does not. */
  storage: [storage: OutboxStorage];
  /** A write was answered with what passes, such as slow mode; it and those behind it go on not before waitMs from now. */
  held: [entry: OutboxEntry, error: ChatError, waitMs: number];
  /** A write was acked, also one that an earlier page had left in the outbox. */
  sent: [entry: OutboxEntry, seq: number];
  /** A write was refused for good. A message stays in the outbox, as failed; anything else has left it. */
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
  /** Whether the user's own rooms are joined, so that chat.rooms counts what comes; default: true. */
  follow?: boolean;
  /** Whether the server is told when nobody sits in front of the page; default: true. In Node it is told nothing. */
  idle?: boolean;
}

/** Connects to a server, by its address, and stays connected until close(). */
export function connect(url: string, options: ChatOptions): Chat {
  return new Chat(url, options);
}

export class Chat extends Emitter<ChatEvents> {
  readonly #link: Link;
  readonly #rest: Rest;
  readonly #outbox: Outbox;
  readonly #rooms: Rooms;
  readonly #streams = new Set<Stream>();
  readonly #host: StreamHost;
  readonly #idle: Idle | undefined;
  readonly #wake = (): void => this.#link.retry();
  /** Timers sleep with the device: whoever looks again does not want to wait for one. */
  readonly #seen = (): void => {
    if (document.visibilityState === "visible") this.#link.retry();
  };
  readonly #leaving = (): void => this.#rooms.hurry();
  #user: User | undefined;
  #logId: string | undefined;
  #limits: Limits | undefined;
  #clockSkewMs = 0;
  #ready = false;
  #unread = 0;

  /** Made by connect(). */
  constructor(url: string, options: ChatOptions) {
    super();
    const tokens = new Tokens(options.token);
    this.#rest = new Rest(url, tokens);
    this.#link = new Link(url, tokens, {
      state: (state) => this.#became(state),
      ready: (ready) => this.#begin(ready),
      event: (name, payload) => this.#receive(name, payload),
    });
    this.#outbox = new Outbox(options.outbox ?? defaultStore(url), (event, payload) => this.#link.ask(event, payload), {
      delivered: (entry, answer) => this.tell("sent", entry, Number(answer["seq"])),
      failed: (entry, error) => this.tell("failed", entry, error),
      held: (entry, error, waitMs) => this.tell("held", entry, error, waitMs),
      changed: () => this.tell("outbox", this.#outbox.entries),
      storage: (storage) => this.tell("storage", storage),
    }, options.user);
    const host = {
      rest: this.#rest,
      ask: (event: string, payload: object, take?: (answer: Fields) => void) => this.#link.ask(event, payload, take),
      request: (event: string, payload: object) => this.#link.request(event, payload),
      write: (event: string, roomId: string, payload: Fields, clientId?: string) => this.#outbox.add(event, roomId, payload, clientId),
    };
    this.#host = host;
    this.#rooms = new Rooms(host, {
      changed: (rooms) => this.tell("rooms", rooms),
      added: (room, author) => this.tell("added", room, author),
      heard: (event) => this.tell("event", event),
      out: (roomId, reason, error) => (error ? this.tell("left", roomId, reason, error) : this.tell("left", roomId, reason)),
    }, options.follow ?? true);
    if (typeof document !== "undefined" && (options.idle ?? true)) {
      // Without auto it would end what was set by hand.
      this.#idle = new Idle((status) => void this.#link.ask("set_presence", { status, auto: true }).catch(() => {}), document);
    }
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.addEventListener?.("pagehide", this.#leaving);
    globalThis.document?.addEventListener("visibilitychange", this.#seen);
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

  /** What the server takes at most; undefined before the first connection. */
  get limits(): Limits | undefined {
    return this.#limits;
  }

  /** The server's clock minus this one, in ms, as of the last connection. */
  get clockSkewMs(): number {
    return this.#clockSkewMs;
  }

  /** The writes that wait and the messages that failed, also those of an earlier page, in the order they were made. */
  get outbox(): readonly OutboxEntry[] {
    return this.#outbox.entries;
  }

  /** Whether what is in the outbox outlives the page, as far as the store has shown. */
  get storage(): OutboxStorage {
    return this.#outbox.storage;
  }

  /**
   * Gives up what waits or has failed; false: there is none. Other pages with the same store are told. Who waits for it is told DISCARDED. What is being sent at
   * this moment may be in the log all the same.
   */
  discard(clientId: string): boolean {
    return this.#outbox.discard(clientId);
  }

  /** How many notifications are unread, as far as was told. */
  get unread(): number {
    return this.#unread;
  }

  /** The user's own rooms, ascending by id, and what is unread of each: another array after each change. */
  get rooms(): readonly MyRoom[] {
    return this.#rooms.list;
  }

  /** A room, joined on every connection from now on. since: the last seq one has of it already. */
  room(id: string, options: { since?: number } = {}): Room {
    return this.#rooms.open(id, options.since);
  }

  /** Leaves a room on this connection; its object is of no use any more. What is in the outbox is still sent. */
  leave(id: string): void {
    this.#rooms.close(id);
  }

  /**
   * Says that this device has a room up to seq, where it shows receipts; resolves with what the server knows then, the seq that
   * is read where that is more. Of many the highest is sent, every 5 s at most.
   */
  markDelivered(roomId: string, seq: number): Promise<number> {
    return this.#rooms.markDelivered(roomId, seq);
  }

  /** Makes a room, whose owner one is. With the clientId of an earlier call it is that one's room. */
  async createRoom(room: { id?: string; name: string; type: "public" | "private"; topic?: string; clientId?: string }): Promise<RoomInfo> {
    return this.#own(await this.#link.request("create_room", { clientId: newId(), ...room }));
  }

  /** The room of oneself and another; with oneself: one's own notes. */
  async openDirect(userId: string): Promise<RoomInfo> {
    return this.#own(await this.#link.request("open_direct", { userId }));
  }

  /** Becomes a member by an invitation's token. */
  async acceptInvitation(token: string): Promise<RoomInfo> {
    return this.#own(await this.#link.request("accept_invitation", { token }));
  }

  /** A page of public rooms and one's own, ascending by id. next: `after` of the one behind it, while there is more; a page may be empty and have one. */
  async listRooms(query: ListQuery & { query?: string } = {}): Promise<{ rooms: ListedRoom[]; more: boolean; next?: string }> {
    const answer = await this.#link.request("list_rooms", query);
    return { rooms: decodeList(answer["rooms"], decodeListed), more: answer["more"] === true, ...(typeof answer["next"] === "string" && { next: answer["next"] }) };
  }

  /** Finds messages by their text, newest first, in the rooms one may read or in one of them. */
  async search(query: string, options: { roomId?: string; from?: string; since?: string; until?: string; before?: string; limit?: number } = {}): Promise<FoundPage> {
    return decodeFound(await this.#link.request("search", { ...options, query }));
  }

  /** Users by their ids (at most 100), or by a word of their names. */
  async users(query: readonly string[] | (ListQuery & { query?: string }) = {}): Promise<{ users: Profile[]; more: boolean }> {
    const answer = await this.#link.request("get_users", Array.isArray(query) ? { userIds: query } : query);
    return { users: decodeList(answer["users"], decodeProfile), more: answer["more"] === true };
  }

  /** Changes what others see of the user; null: what his token says, or nothing. */
  async updateProfile(profile: { name?: string | null; avatar?: string | null; status?: string | null }): Promise<Profile> {
    return whole(decodeProfile((await this.#link.request("update_profile", profile))["user"]), "user");
  }

  /** How present users are, at most 100. */
  async presence(userIds: readonly string[]): Promise<Presence[]> {
    return decodeList((await this.#link.request("get_presence", { userIds }))["users"], decodePresence);
  }

  /** Sets one's presence by hand; online ends that. */
  async setPresence(status: "online" | "idle" | "dnd" | "invisible"): Promise<void> {
    await this.#link.request("set_presence", { status });
  }

  /** The declarations of the streams one may open, as GET /api/streams shows them. */
  async streams(): Promise<Fields[]> {
    return decodeList((await this.#rest.get("/api/streams"))["streams"], (fields) => fields);
  }

  /** Opens a declared stream, and opens it again on every connection, where it left off. */
  stream(uri: string, vars: Fields = {}, options: StreamOptions = {}): Stream {
    const stream = new Stream(uri, vars, options, this.#host, (ended) => void this.#streams.delete(ended));
    this.#streams.add(stream);
    if (this.#ready) stream.begin();
    return stream;
  }

  /** The threads that the user follows and has not read, in all his rooms, the one with the newest answer first. */
  async threads(query: { limit?: number } = {}): Promise<{ threads: UnreadThread[]; more: boolean }> {
    const answer = await this.#link.request("list_threads", query);
    return { threads: decodeUnreadThreads(answer["threads"]), more: answer["more"] === true };
  }

  /** What the answers to a message are to the user. change: he follows them from now on, or not any more; he has read them up to readSeq. */
  async thread(roomId: string, thread: number, change: { following?: boolean; readSeq?: number } = {}): Promise<ThreadState> {
    return whole(decodeThread({ ...(await this.#link.request("set_thread", { ...change, roomId, thread })), roomId }), "thread");
  }

  /** A page of the user's notifications, newest first. before: an id. */
  async notifications(query: { before?: string; unread?: boolean; limit?: number } = {}): Promise<NotificationPage> {
    const page = decodeNotifications(await this.#rest.get("/api/notifications", query));
    this.#count(page.unread);
    return page;
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
    globalThis.removeEventListener?.("pagehide", this.#leaving);
    globalThis.document?.removeEventListener("visibilitychange", this.#seen);
    this.#end();
    this.#idle?.close();
    this.#rooms.shut();
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
    this.#limits = ready.limits;
    this.#clockSkewMs = (Date.parse(ready.serverTime) || Date.now()) - Date.now();
    this.#ready = true;
    if (ready.unread !== undefined) this.#count(ready.unread);
    this.#rooms.begin(ready, another);
    for (const stream of this.#streams) stream.begin();
    this.#outbox.begin(ready.user.id);
    this.#idle?.begin();
  }

  #end(): void {
    this.#ready = false;
    this.#idle?.end();
    this.#outbox.end();
    this.#rooms.end();
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
    if (name === "thread_updated") {
      const thread = decodeThread(payload);
      if (thread) this.tell("thread", thread);
      return;
    }
    if (name === "presence_updated") {
      const presence = decodePresence(payload);
      if (presence) this.tell("presence", presence);
      return;
    }
    if (!this.#rooms.receive(name, payload) && isFields(payload)) this.tell("push", name, payload);
  }

  /** The answer of what gave the user a room; `room_added` says the same, later or sooner. */
  async #own(answer: Fields): Promise<RoomInfo> {
    const room = whole(decodeRoom(answer["room"]), "room");
    await this.#rooms.added(room);
    return room;
  }

  #count(unread: number): void {
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.tell("unread", unread);
  }
}

function defaultStore(url: string): OutboxStore {
  try {
    if (typeof indexedDB !== "undefined") return indexedDBStore(`roomstream ${url}`);
  } catch {
    // Some browsers throw at the mere name where sites may keep nothing.
  }
  return memoryStore();
}
