// The chat of one signed-in user: which rooms there are, which we are in, and what is
// asked of the server so that every log here is exactly the server's.
//
// Order and loss: events are applied in the order they come, through the reducer only.
// After each `ready` every room is joined again with `since`; whatever is found missing
// then or later is fetched with `sync`, one room at a time, until nothing is.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { listRooms } from "../api";
import { Connection, type Status } from "../connection";
import {
  DEFAULT_MAX_TEXT_LENGTH,
  type JoinAnswer,
  type LogEvent,
  type NewMessage,
  ProtocolError,
  type Ready,
  type ReadUpdated,
  type ResetReason,
  type Room,
  type RoomLeft,
  type RoomRow,
  type User,
} from "../protocol";
import { decodeMemberRooms } from "../protocol-rooms";
import { RoomRequests } from "../rooms/requests";
import { goTo } from "../route";
import type { Session } from "../session/session";
import { isBehind } from "../timeline/log";
import { messageOf, newClientId, refusalOf } from "./asking";
import { People } from "./people";
import { Reading } from "./reading";
import { RoomState } from "./room";

/** Rooms of the list that are kept live: the most active ones. Each is one join at each connect. */
const MAX_LIVE_ROOMS = 30;
/** How often the list is read anew, in ms: rooms made by others are not announced. */
const LIST_EVERY_MS = 30_000;
/** Messages one page of history brings. */
const PAGE_SIZE = 50;
/** Messages kept of a room that is not open, and the number above which they are cut to it. */
const KEEP_MESSAGES = 150;
const TRIM_ABOVE = 300;
/** How long to wait before asking again what may be answered later, in ms. */
const AGAIN_MS = 1_000;

export class Chat {
  readonly user: User;
  readonly status = signal<Status>({ kind: "connecting" });
  readonly rooms = signal<ReadonlyMap<string, RoomState>>(new Map());
  readonly listing = signal<"loading" | "ready" | "failed">("loading");
  readonly maxTextLength = signal(DEFAULT_MAX_TEXT_LENGTH);
  /** When the session ends, once that is near; ms of Date.now(). */
  readonly expiring = signal<number | undefined>(undefined);
  /** The newest message that came live from somebody else. */
  readonly arrived = signal<NewMessage | undefined>(undefined);
  readonly open: ReadonlySignal<RoomState | undefined>;
  /** The one connection of this page; the feeds use it too. */
  readonly connection: Connection;

  /** What is asked about rooms, members and people. */
  readonly requests: RoomRequests;
  readonly people: People;
  readonly reading: Reading;
  /** A word on what happened to a room that is not on the screen any more. An object, so that the same one can be said again. */
  readonly notice = signal({ line: "" });

  private readonly listTimer: ReturnType<typeof setInterval>;
  private readonly syncing = new Set<string>();
  private logId: string | undefined;
  private welcomed = false; // `ready` came over this connection: what is read is known
  private connects = 0;
  /** The server's clock minus ours, in ms. */
  clockSkewMs = 0;

  constructor(
    readonly session: Session,
    private readonly openRoomId: ReadonlySignal<string | undefined>,
  ) {
    this.user = session.user;
    this.open = computed(() => {
      const id = openRoomId.value;
      return id === undefined ? undefined : this.rooms.value.get(id);
    });
    this.connection = new Connection(() => session.token, {
      status: (status) => this.setStatus(status),
      ready: (ready) => this.ready(ready),
      event: (event) => this.event(event),
      reset: ({ roomId, reason, lastSeq }) => {
        const room = this.rooms.peek().get(roomId);
        if (room) this.reset(room, reason, lastSeq);
      },
      left: (left) => this.left(left),
      added: ({ room }) => this.adopt(room),
      read: (read) => this.read(read),
      expiring: (expiresAt) => {
        this.expiring.value = Date.parse(expiresAt) || Date.now();
      },
    });
    this.requests = new RoomRequests(this.connection);
    this.people = new People(session.user, this.requests);
    this.reading = new Reading(this.requests);
    this.listTimer = setInterval(() => {
      if (document.visibilityState === "visible" && this.status.peek().kind === "online") void this.readList();
    }, LIST_EVERY_MS);
    void this.readList();
  }

  close(): void {
    clearInterval(this.listTimer);
    this.reading.close();
    this.connection.close();
  }

  retryNow(): void {
    this.connection.retryNow();
  }

  /** Goes on with the session's new token: a living connection is told, a refused one tries again. */
  async renewed(): Promise<void> {
    if (this.status.peek().kind !== "online") return this.connection.retryNow();
    await this.connection.refresh(this.session.token);
    this.expiring.value = undefined;
  }

  /** The room of an id, made here if it is new to us, joined and its newest page read. */
  enter(roomId: string): RoomState {
    const room = this.room(roomId);
    if (room.presence.peek().kind === "in" && !room.log.peek().loaded) void this.readOlder(room);
    else if (this.status.peek().kind === "online") void this.join(room);
    return room;
  }

  async readList(): Promise<void> {
    try {
      const rows = await listRooms(this.session.token);
      this.takeList(rows);
      this.listing.value = "ready";
    } catch {
      // An expired token is the connection's to notice; anything else is tried again.
      if (this.listing.peek() === "loading") this.listing.value = "failed";
      return;
    }
    this.joinListed();
  }

  /** Takes a room of ours that we had not: made here, opened, or given to us by another. */
  adopt(info: Room): RoomState {
    const room = this.room(info.id);
    room.isMine = true;
    room.info.value = info;
    if (room.presence.peek().kind === "refused") room.presence.value = { kind: "out" };
    if (room.readSeq.peek() === undefined) this.reading.refresh(room);
    void this.join(room);
    return room;
  }

  /** Reads how far the others have read, where the room shows it. */
  async readReceipts(room: RoomState): Promise<void> {
    try {
      for (const { userId, seq } of (await this.requests.receipts(room.id)).items) room.takeReceipt(userId, seq);
    } catch {
      // The next who reads is told live.
    }
  }

  /** Reads the page before what is there. It does nothing while one is being read. */
  async readOlder(room: RoomState): Promise<void> {
    const { first, hasBefore, last } = room.log.peek();
    if (last < 0 || !hasBefore || room.paging.peek() === "loading") return;
    if (this.status.peek().kind !== "online") return; // read when it is back: see ready
    room.paging.value = "loading";
    try {
      const page = await this.connection.history({ roomId: room.id, before: first, limit: PAGE_SIZE });
      room.dispatch({ type: "page", before: first, messages: page.messages, hasBefore: page.hasBefore });
      room.paging.value = "idle";
    } catch (error) {
      room.paging.value = error instanceof ProtocolError && error.code === "UNAVAILABLE" ? "idle" : "failed";
    }
  }

  send(room: RoomState, text: string): void {
    const clientId = newClientId();
    room.dispatch({ type: "sending", clientId, text, at: Date.now() + this.clockSkewMs });
    void this.deliver(room, clientId, text);
  }

  /** Sends a failed message again, under the same clientId: the log takes it once. */
  resend(room: RoomState, clientId: string): void {
    const pending = room.log.peek().pending.find((p) => p.clientId === clientId);
    if (pending?.state !== "failed") return;
    room.dispatch({ type: "retrying", clientId });
    void this.deliver(room, clientId, pending.text);
  }

  discard(room: RoomState, clientId: string): void {
    room.dispatch({ type: "discarded", clientId });
  }

  /** Gives a message another text. It resolves to why that could not be, or undefined; the change comes as an event. */
  edit(room: RoomState, seq: number, text: string): Promise<string | undefined> {
    return refusalOf(this.connection.edit({ roomId: room.id, seq, text, clientId: newClientId() }));
  }

  /** Deletes a message; otherwise as edit. */
  delete(room: RoomState, seq: number): Promise<string | undefined> {
    return refusalOf(this.connection.delete({ roomId: room.id, seq, clientId: newClientId() }));
  }

  /** Sets a reaction of ours, or takes it back; otherwise as edit. */
  react(room: RoomState, seq: number, emoji: string, on: boolean): Promise<string | undefined> {
    return refusalOf(this.connection.react({ roomId: room.id, seq, emoji, on, clientId: newClientId() }));
  }

  private async deliver(room: RoomState, clientId: string, text: string): Promise<void> {
    try {
      const { seq } = await this.connection.send({ roomId: room.id, text, clientId });
      room.dispatch({ type: "sent", clientId, seq });
    } catch (error) {
      if (error instanceof ProtocolError && error.code === "RATE_LIMITED") room.waitUntil.value = Date.now() + error.retryAfterMs;
      room.dispatch({ type: "failed", clientId, error: messageOf(error) });
    }
  }

  private setStatus(status: Status): void {
    this.status.value = status;
    if (status.kind === "online") return void this.connects++;
    this.welcomed = false;
    for (const room of this.rooms.peek().values()) {
      if (room.presence.peek().kind !== "refused") room.presence.value = { kind: "out" };
    }
  }

  private ready(ready: Ready): void {
    this.clockSkewMs = (Date.parse(ready.serverTime) || Date.now()) - Date.now();
    this.expiring.value = undefined;
    if (ready.limits?.maxTextLength > 0) this.maxTextLength.value = ready.limits.maxTextLength;
    const joined = [...this.rooms.peek().values()].filter((room) => room.log.peek().last >= 0);
    if (this.logId !== undefined && this.logId !== ready.logId) {
      for (const room of joined) room.dispatch({ type: "replaced" });
    }
    this.logId = ready.logId;
    this.welcomed = true;
    this.takeMine(ready);
    this.people.resume();
    this.reading.resume();
    const open = this.openRoomId.peek();
    if (open !== undefined) void this.join(this.room(open));
    for (const room of joined) void this.join(room);
    void this.readList();
  }

  /** Takes how far we have read our rooms. Where `ready` could not say, what is asked next does. */
  private takeMine(ready: Ready): void {
    const mine = decodeMemberRooms(ready.rooms);
    batch(() => {
      for (const { lastSeq, readSeq, unread, mentions, ...info } of mine ?? []) {
        const room = this.room(info.id);
        room.isMine = true;
        room.info.value = { ...room.info.peek(), ...info };
        room.takeRead({ readSeq, unread, mentions }, lastSeq);
      }
    });
  }

  private takeList(rows: RoomRow[]): void {
    batch(() => {
      for (const row of rows) {
        const room = this.room(row.id);
        room.list(row, row.last);
        if (!this.welcomed) continue; // `ready` says first what of it is read, and the list is read again then
        room.met(row.lastSeq);
        // Not among those that are kept live: what came meanwhile is counted by the server.
        if (room.isMine && room.presence.peek().kind === "out" && row.lastSeq > room.countedTo()) this.reading.refresh(room);
      }
    });
  }

  private event(event: LogEvent): void {
    const room = this.rooms.peek().get(event.roomId);
    if (!room) return;
    const before = room.log.peek().last;
    room.dispatch({ type: "events", events: [event] });
    if (event.event === "new_message" && room.log.peek().last > before) this.announce(room, event);
    if (event.event === "message_deleted" && room.isMine && room.isCountedUnseen(event.target)) this.reading.refresh(room);
    this.catchUp(room);
  }

  private read({ roomId, userId, seq, unread, mentions }: ReadUpdated): void {
    const room = this.rooms.peek().get(roomId);
    if (!room) return;
    if (userId !== this.user.id) return room.takeReceipt(userId, seq);
    room.isMine = true;
    if (unread !== undefined && mentions !== undefined) room.takeRead({ readSeq: seq, unread, mentions }, room.log.peek().last);
  }

  /** We are out of a room: the open one says so in its place, any other goes from the list with a word. */
  private left({ roomId, reason }: RoomLeft): void {
    const room = this.rooms.peek().get(roomId);
    if (!room) return;
    if (reason === "rejoin") {
      room.presence.value = { kind: "out" };
      return void this.join(room);
    }
    const isOpen = roomId === this.openRoomId.peek();
    const words = leftWords[reason] ?? "You are no longer in this room.";
    this.refuse(room, words);
    room.isMine = false;
    if (isOpen && reason !== "left") return;
    this.say(`${room.name.peek()}: ${words}`);
    const rooms = new Map(this.rooms.peek());
    rooms.delete(roomId);
    batch(() => {
      if (isOpen) goTo(undefined, true);
      this.rooms.value = rooms;
    });
    if (room.info.peek().type === "public") void this.readList();
  }

  /** We have left a room for good. */
  forget(roomId: string): void {
    this.left({ roomId, reason: "left" });
  }

  say(line: string): void {
    this.notice.value = { line };
  }

  private joinListed(): void {
    if (!this.welcomed) return;
    const byActivity = [...this.rooms.peek().values()]
      .filter((room) => room.presence.peek().kind !== "refused")
      .sort((a, b) => activity(b) - activity(a));
    for (const room of byActivity.slice(0, MAX_LIVE_ROOMS)) void this.join(room);
  }

  private async join(room: RoomState): Promise<void> {
    const { kind } = room.presence.peek();
    if (!this.welcomed || kind === "in" || kind === "joining") return;
    room.presence.value = { kind: "joining" };
    const since = room.log.peek().last;
    const connects = this.connects;
    let joined: JoinAnswer;
    try {
      joined = await this.connection.join(room.id, since < 0 ? undefined : since);
    } catch (error) {
      if (connects === this.connects) this.notJoined(room, error);
      return;
    }
    // The connection may have gone while the answer was on its way; the next one joins anew.
    if (connects !== this.connects) return;
    room.presence.value = { kind: "in" };
    room.info.value = joined.room;
    room.met(joined.lastSeq);
    if (room.isMine && room.readSeq.peek() === undefined) this.reading.refresh(room);
    if (joined.reset) this.reset(room, joined.reset.reason, joined.lastSeq);
    else room.dispatch({ type: "joined", lastSeq: joined.lastSeq });
    room.dispatch({ type: "events", events: joined.events });
    if (!room.log.peek().loaded && room.id === this.openRoomId.peek()) void this.readOlder(room);
    this.catchUp(room);
    this.trim(room);
  }

  /** What may work later is tried again while this connection lives; what may not is said. */
  private notJoined(room: RoomState, error: unknown): void {
    if (!(error instanceof ProtocolError) || !error.retryable) return this.refuse(room, messageOf(error));
    room.presence.value = { kind: "out" };
    this.later(error, () => void this.join(room));
  }

  /** Tries again in a while, unless the connection is another by then: that one begins anew anyway. */
  private later(error: ProtocolError, again: () => void): void {
    const connects = this.connects;
    setTimeout(() => {
      if (connects === this.connects && this.status.peek().kind === "online") again();
    }, Math.max(AGAIN_MS, error.retryAfterMs));
  }

  /** Starts a room's log anew at lastSeq, and looks whether more was said by now. */
  private reset(room: RoomState, reason: ResetReason, lastSeq: number): void {
    room.dispatch({ type: "reset", reason, lastSeq });
    room.dispatch({ type: "heard", seq: lastSeq + 1 });
    room.paging.value = "idle";
    if (room.id === this.openRoomId.peek()) void this.readOlder(room);
    this.catchUp(room);
  }

  private refuse(room: RoomState | undefined, message: string): void {
    if (room) room.presence.value = { kind: "refused", message };
  }

  /** Fetches what lies between the log here and what was heard of, if anything does. */
  private catchUp(room: RoomState): void {
    if (this.syncing.has(room.id) || !isBehind(room.log.peek())) return;
    this.syncing.add(room.id);
    void this.fetchMissing(room).finally(() => this.syncing.delete(room.id));
  }

  private async fetchMissing(room: RoomState): Promise<void> {
    while (isBehind(room.log.peek())) {
      const since = room.log.peek().last;
      let answer;
      try {
        answer = (await this.connection.sync({ [room.id]: since })).rooms[room.id];
      } catch (error) {
        if (error instanceof ProtocolError && error.retryable) this.later(error, () => this.catchUp(room));
        return; // else the next event, or the next join, finds the same hole
      }
      if (!answer) return;
      if (answer.reset) {
        if (answer.reset.reason === "forbidden") return this.refuse(room, "You cannot read this room.");
        this.reset(room, answer.reset.reason, answer.lastSeq ?? 0);
        continue;
      }
      room.dispatch({ type: "events", events: answer.events });
      if (room.log.peek().last === since) return;
    }
  }

  private announce(room: RoomState, message: NewMessage): void {
    if (message.author !== this.user.id) this.arrived.value = message;
    this.trim(room);
  }

  private trim(room: RoomState): void {
    if (room.id === this.openRoomId.peek() || room.log.peek().messages.length <= TRIM_ABOVE) return;
    room.dispatch({ type: "trim", keep: KEEP_MESSAGES });
  }

  private room(roomId: string): RoomState {
    const known = this.rooms.peek().get(roomId);
    if (known) return known;
    const room = new RoomState(roomId, this.user.id, this.people);
    this.rooms.value = new Map(this.rooms.peek()).set(roomId, room);
    return room;
  }
}

const leftWords: Readonly<Record<string, string>> = {
  removed: "You were taken out of this room.",
  banned: "You are banned from this room.",
  left: "You have left this room.",
};

/** When something was last said in a room, ms since 1970; 0: never. */
export function activity(room: RoomState): number {
  const pending = room.log.value.pending.at(-1)?.at ?? 0;
  return Math.max(pending, Date.parse(room.preview.value?.timestamp ?? "") || 0);
}
