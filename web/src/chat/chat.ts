// The chat of one signed-in user: which rooms there are, which we are in, and what is
// asked of the server so that every log here is exactly the server's.
//
// Order and loss: events are applied in the order they come, through the reducer only.
// After each `ready` every room is joined again with `since`; whatever is found missing
// then or later is fetched with `sync`, one room at a time, until nothing is.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { listRooms } from "../api";
import { Connection, type Status } from "../connection";
import { DEFAULT_MAX_TEXT_LENGTH, type JoinAnswer, type NewMessage, ProtocolError, type Ready, type ResetReason, type User } from "../protocol";
import { Reads } from "../rooms/reads";
import type { Session } from "../session/session";
import { isBehind } from "../timeline/log";
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

  private readonly reads: Reads;
  private readonly listTimer: ReturnType<typeof setInterval>;
  private readonly syncing = new Set<string>();
  private logId: string | undefined;
  private connects = 0;
  private clockSkewMs = 0; // the server's clock minus ours

  constructor(
    readonly session: Session,
    private readonly openRoomId: ReadonlySignal<string | undefined>,
  ) {
    this.user = session.user;
    this.reads = new Reads(session.user.id, localStorage);
    this.open = computed(() => {
      const id = openRoomId.value;
      return id === undefined ? undefined : this.rooms.value.get(id);
    });
    this.connection = new Connection(() => session.token, {
      status: (status) => this.setStatus(status),
      ready: (ready) => this.ready(ready),
      event: (event) => {
        const room = this.rooms.peek().get(event.roomId);
        if (!room) return;
        const before = room.log.peek().last;
        room.dispatch({ type: "events", events: [event] });
        if (event.event === "new_message" && room.log.peek().last > before) this.announce(room, event);
        this.catchUp(room);
      },
      reset: ({ roomId, reason, lastSeq }) => {
        const room = this.rooms.peek().get(roomId);
        if (room) this.reset(room, reason, lastSeq);
      },
      left: (left) => this.refuse(this.rooms.peek().get(left.roomId), "You are no longer in this room."),
      expiring: (expiresAt) => {
        this.expiring.value = Date.parse(expiresAt) || Date.now();
      },
    });
    this.listTimer = setInterval(() => {
      if (document.visibilityState === "visible" && this.status.peek().kind === "online") void this.readList();
    }, LIST_EVERY_MS);
    void this.readList();
  }

  close(): void {
    clearInterval(this.listTimer);
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
      // Whoever is here for the first time has not missed what was said before.
      const seen = this.reads.empty && this.listing.peek() !== "ready";
      batch(() => {
        for (const row of rows) this.room(row.id).list(row, row.lastSeq, row.last, seen);
      });
      this.listing.value = "ready";
    } catch {
      // An expired token is the connection's to notice; anything else is tried again.
      if (this.listing.peek() === "loading") this.listing.value = "failed";
      return;
    }
    this.joinListed();
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
      room.dispatch({ type: "failed", clientId, error: messageOf(error) });
    }
  }

  private setStatus(status: Status): void {
    this.status.value = status;
    if (status.kind === "online") return void this.connects++;
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
    const open = this.openRoomId.peek();
    if (open !== undefined) void this.join(this.room(open));
    for (const room of joined) void this.join(room);
    void this.readList();
  }

  private joinListed(): void {
    if (this.status.peek().kind !== "online") return;
    const byActivity = [...this.rooms.peek().values()]
      .filter((room) => room.presence.peek().kind !== "refused")
      .sort((a, b) => activity(b) - activity(a));
    for (const room of byActivity.slice(0, MAX_LIVE_ROOMS)) void this.join(room);
  }

  private async join(room: RoomState): Promise<void> {
    const { kind } = room.presence.peek();
    if (kind === "in" || kind === "joining") return;
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
    room.met(joined.lastSeq, true);
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
    const room = new RoomState(roomId, this.user.id, this.reads);
    this.rooms.value = new Map(this.rooms.peek()).set(roomId, room);
    return room;
  }
}

/** 128 random bits. crypto.randomUUID would do, but is missing on plain-HTTP addresses. */
function newClientId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** When something was last said in a room, ms since 1970; 0: never. */
export function activity(room: RoomState): number {
  const pending = room.log.value.pending.at(-1)?.at ?? 0;
  return Math.max(pending, Date.parse(room.preview.value?.timestamp ?? "") || 0);
}

async function refusalOf(request: Promise<void>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof ProtocolError)) return "Something went wrong here. Try again.";
  return error.message.charAt(0).toUpperCase() + error.message.slice(1);
}
