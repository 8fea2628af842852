// The chat of one signed-in user: which rooms there are, and what the client module tells
// of them, put where the screen finds it.
//
// Order and loss are the module's: every event of a room's log comes once and in order,
// what is written waits in its outbox. A room's log begins here when the room is opened.

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { ChatError, type Chat as Client, connect, type LogEvent as TheirEvent, type MyRoom, type OutboxEntry, type OutboxStorage, type Room as Handle, type State } from "../../client/src/index";
import type { Attachment } from "../attachments/attachment";
import { t } from "../i18n/en/chat";
import { type Words, words } from "../i18n/words";
import { DEFAULT_MAX_TEXT_LENGTH, type NewMessage, type Room, type RoomRow, type User } from "../protocol";
import { decodeLogEvent } from "../protocol-decode";
import { decodeRoom } from "../protocol-rooms";
import { askPreviews } from "../previews/ask";
import { LinkPreviews } from "../previews/previews";
import { RoomRequests } from "../rooms/requests";
import { goTo } from "../route";
import { Renewals } from "../session/renewals";
import type { Session } from "../session/session";
import { Threads } from "../threads/threads";
import type { Waiting } from "../timeline/log";
import { type Unsent, unsentOf } from "../unsent/unsent";
import { messageOf, whyNot, wordsOf } from "./asking";
import { Deliveries } from "./deliveries";
import { leftWords } from "./left";
import { Pages } from "./pages";
import { People } from "./people";
import { Presences } from "./presences";
import { reactingByRoom, withWaiting } from "./reacting";
import { Recent, trim } from "./recent";
import { RoomState } from "./room";
import { type Status, statusOf } from "./status";
import { waitingOf } from "./waiting";

/** Public rooms of the list that are none of our own and are kept live all the same: the most active ones. Each is one join at each connect. */
const MAX_LIVE_ROOMS = 30;
/** How often the list is read anew, in ms: rooms made by others are not announced. */
const LIST_EVERY_MS = 30_000;
/** A long list is read more rarely, in ms for each of its pages: it is to be a small part of what a server does. */
const LIST_EVERY_MS_A_PAGE = 6_000;

export class Chat {
  readonly user: User;
  readonly status: ReadonlySignal<Status>;
  readonly rooms = signal<ReadonlyMap<string, RoomState>>(new Map());
  /** How many messages are unread, without those of rooms that are muted. */
  readonly unread: ReadonlySignal<number> = computed(() => [...this.rooms.value.values()].reduce((sum, room) => sum + (room.muted.value ? 0 : room.unread.value), 0));
  readonly listing = signal<"loading" | "ready" | "failed">("loading");
  readonly maxTextLength = signal(DEFAULT_MAX_TEXT_LENGTH);
  /** When the session ends, once that is near; ms since 1970, by the server's clock. */
  readonly expiring: ReadonlySignal<number | undefined>;
  /** The newest message that came live from somebody else. */
  readonly arrived = signal<NewMessage | undefined>(undefined);
  readonly open: ReadonlySignal<RoomState | undefined>;
  /** The one way to the server; the feeds use it too. */
  readonly client: Client;

  /** What is asked about rooms, members and people. */
  readonly requests: RoomRequests;
  readonly previews: LinkPreviews;
  readonly people: People;
  readonly presences: Presences;
  readonly threads: Threads;
  /** Reads what was said before. */
  readonly pages: Pages;
  /** A word on what happened to a room that is not on the screen any more. An object, so that the same one can be said again. */
  readonly notice = signal<{ readonly line?: Words }>({});
  /** What was refused for good, in any room, also in those that we are out of. */
  readonly unsent = signal<readonly Unsent[]>([]);
  /** Whether what waits to be sent outlives this page. */
  readonly storage: Signal<OutboxStorage>;

  private readonly state = signal<Status>({ kind: "connecting" });
  private readonly renewals: Renewals;
  private readonly deliveries: Deliveries;
  private readonly recent = new Recent();
  /** The server's time, read anew every now and then. */
  private readonly clock = signal(Date.now());
  private readonly listTimer: ReturnType<typeof setInterval>;
  private lostAt: number | undefined;
  private reading: Promise<void> | undefined;
  private listAgainAt = 0; // ms of Date.now()

  constructor(
    readonly session: Session,
    private readonly openRoomId: ReadonlySignal<string | undefined>,
  ) {
    this.user = session.user;
    this.open = computed(() => {
      const id = openRoomId.value;
      return id === undefined ? undefined : this.rooms.value.get(id);
    });
    this.renewals = new Renewals(session);
    const isWanted = this.renewals.wanted;
    this.status = computed(() => (isWanted.value && this.state.value.kind !== "online" ? { kind: "refused" } : this.state.value));
    this.expiring = computed(() => (isWanted.value ? session.expiresAt : undefined));
    this.pages = new Pages(() => this.status.peek().kind === "online");
    this.client = connect(location.origin, { token: () => this.renewals.next(), user: session.user.id });
    this.storage = signal(this.client.storage);
    this.requests = new RoomRequests(this.client);
    this.people = new People(session.user, this.requests);
    this.presences = new Presences(this.client, session.user.id);
    this.previews = new LinkPreviews((roomId, seqs) => askPreviews(session, roomId, seqs));
    this.threads = new Threads(this.client, session.user.id);
    this.deliveries = new Deliveries((roomId, seq) => this.client.markDelivered(roomId, seq));
    this.listen();
    this.listTimer = setInterval(() => {
      this.clock.value = this.serverNow();
      if (document.visibilityState === "visible" && this.status.peek().kind === "online" && Date.now() >= this.listAgainAt) void this.readList();
    }, LIST_EVERY_MS);
    void this.readList();
  }

  /** The server's clock minus ours, in ms. */
  get clockSkewMs(): number {
    return this.client.clockSkewMs;
  }

  /** The time by the server's clock, ms since 1970; before the first connection by ours. */
  serverNow(): number {
    return Date.now() + this.clockSkewMs;
  }

  /** The time by the server's clock in so many ms, as the wire writes times. */
  timeIn(ms: number): string {
    return new Date(this.serverNow() + ms).toISOString();
  }

  close(): void {
    clearInterval(this.listTimer);
    this.client.close();
  }

  retryNow(): void {
    this.client.retry();
  }

  /** Goes on with the session's new token: a living connection is told, a refused one tries again. */
  renewed(): void {
    this.renewals.renewed();
    this.client.retry();
  }

  /** The room of an id, made here if it is new to us, joined and its newest page read. */
  enter(roomId: string): RoomState {
    const room = this.room(roomId);
    this.recent.opened(room);
    this.join(room);
    if (room.presence.peek().kind === "in") this.pages.readNewest(room);
    return room;
  }

  readList(): Promise<void> {
    this.reading ??= this.readPages().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async readPages(): Promise<void> {
    try {
      const pages = await this.requests.list((rows) => this.takeList(rows));
      this.listAgainAt = Date.now() + pages * LIST_EVERY_MS_A_PAGE;
      this.joinOthers();
      this.listing.value = "ready";
    } catch {
      // An expired token is the connection's to notice; anything else is tried again.
      if (this.listing.peek() === "loading") this.listing.value = "failed";
    }
  }

  /** Takes a room of ours that we had not: made here, opened, or given to us by another. */
  adopt(info: Room): RoomState {
    const room = this.room(info.id);
    room.info.value = info;
    if (room.presence.peek().kind === "refused") room.presence.value = { kind: "out" };
    if (room.id === this.openRoomId.peek()) this.enter(room.id);
    return room;
  }

  /** Reads how far the others have read, where the room shows it. */
  async readReceipts(room: RoomState): Promise<void> {
    try {
      room.takeReceipts(await this.requests.receipts(room.id));
    } catch {
      // The next who reads is told live.
    }
  }

  /** Everything up to seq was in sight. */
  readTo(room: RoomState, seq: number): void {
    if (seq <= 0 || !room.handle || seq <= (room.mine.peek()?.readSeq ?? 0)) return;
    room.handle.markRead(seq).catch(() => {}); // of a room that is ours no more
  }

  /** What becomes of it the outbox tells. attachments: files that were uploaded to this room; parent: what it answers. */
  send(room: RoomState, text: string, attachments: readonly Attachment[] = [], parent?: number): void {
    this.deliver(room, text, attachments.map(({ id }) => id), parent);
  }

  /** Sends a failed message again, under the same clientId: the log takes it once. */
  resend(room: RoomState, clientId: string): void {
    const pending = room.log.peek().pending.find((p) => p.clientId === clientId);
    if (pending?.state === "failed") this.deliver(room, pending.text, pending.attachments, pending.parent, clientId);
  }

  /** Gives up a message that waits or has failed. */
  discard(clientId: string): void {
    this.client.discard(clientId);
  }

  /** Gives a message another text. It resolves to why that could not be, or undefined; the change comes as an event. */
  edit(room: RoomState, seq: number, text: string): Promise<Words | undefined> {
    return this.change(room, (live) => live.edit(seq, text));
  }

  /** Deletes a message; otherwise as edit. */
  delete(room: RoomState, seq: number): Promise<Words | undefined> {
    return this.change(room, (live) => live.remove(seq));
  }

  /** Sets a reaction of ours, or takes it back; otherwise as edit. It is shown as long as it is in the outbox. */
  react(room: RoomState, seq: number, emoji: string, on: boolean): Promise<Words | undefined> {
    return this.change(room, (live) => live.react(seq, emoji, on));
  }

  say(line: Words): void {
    this.notice.value = { line };
  }

  /** Of what was kept nothing is changed: what became of it since is not known, and the outbox would change it later all the same. */
  private change(room: RoomState, write: (live: Handle) => Promise<unknown>): Promise<Words | undefined> {
    return whyNot(room.keptAt.peek() === undefined ? write(this.client.room(room.id)) : Promise.reject(new ChatError("UNAVAILABLE", "the server cannot be reached", true)));
  }

  private deliver(room: RoomState, text: string, attachments: readonly string[], parent?: number, clientId?: string): void {
    const more = { ...(attachments.length > 0 && { attachments }), ...(parent !== undefined && { parent }), ...(clientId !== undefined && { clientId }) };
    this.client.room(room.id).send(text, more).catch(() => {}); // it stays in the outbox, as failed
  }

  private listen(): void {
    const { client } = this;
    client.on("state", (state) => this.became(state));
    client.on("rooms", (rooms) => this.takeMine(rooms));
    client.on("added", (info) => {
      const room = decodeRoom(info);
      if (room) this.adopt(room);
    });
    client.on("presence", ({ userId, status }) => {
      const byHand = status === "offline" ? "invisible" : status === "dnd" ? status : undefined;
      if (userId === this.user.id && byHand !== this.people.status(userId)) this.people.again([userId]); // set on another device of ours
    });
    client.on("event", (event) => this.event(event));
    client.on("left", (roomId, reason, error) => this.left(roomId, reason, error));
    client.on("outbox", (entries) => this.takeOutbox(entries));
    client.on("storage", (storage) => (this.storage.value = storage));
    client.on("sent", ({ roomId, clientId }, seq) => this.known(roomId)?.dispatch({ type: "sent", clientId, seq }));
    client.on("held", ({ roomId, event }, error, waitMs) => {
      const room = this.known(roomId);
      if (room && event === "send_message" && error.code === "RATE_LIMITED") room.waitUntil.value = Date.now() + waitMs;
    });
  }

  private became(state: State): void {
    this.clock.value = this.serverNow();
    if (state.kind === "online") this.lostAt = undefined;
    else if (state.kind === "offline") this.lostAt ??= Date.now();
    this.state.value = statusOf(state, this.lostAt);
    if (state.kind === "online") return this.begin();
    this.presences.lost();
    for (const room of this.rooms.peek().values()) {
      room.typists.clear();
      if (room.presence.peek().kind === "in") room.presence.value = { kind: "joining" };
    }
  }

  private begin(): void {
    const most = this.client.limits?.maxTextLength ?? 0;
    if (most > 0) this.maxTextLength.value = most;
    this.people.resume();
    this.presences.resume();
    this.takeMine(this.client.rooms);
    const open = this.openRoomId.peek();
    if (open !== undefined) this.enter(open);
    void this.readList();
  }

  private takeMine(rooms: readonly MyRoom[]): void {
    const gone = new Map(this.rooms.peek());
    batch(() => {
      this.makeMissing(rooms.map(({ id }) => id));
      for (const mine of rooms) {
        const room = this.room(mine.id);
        room.own(mine);
        this.deliveries.look(room);
        gone.delete(mine.id);
      }
      for (const room of gone.values()) {
        if (!room.mine.peek()) continue;
        room.own(undefined);
        if (room.info.peek().type !== "public" && room.id !== this.openRoomId.peek()) this.drop(room);
      }
    });
  }

  private takeList(rows: readonly RoomRow[]): void {
    batch(() => {
      this.makeMissing(rows.map(({ id }) => id));
      for (const row of rows) this.room(row.id).list(row, row.last);
    });
  }

  /** Rooms that are not ours are told of by nobody: the most active ones are joined. */
  private joinOthers(): void {
    const others = [...this.rooms.peek().values()].filter((room) => !room.mine.peek() && room.presence.peek().kind !== "refused");
    others.sort((a, b) => activity(b) - activity(a));
    for (const room of others.slice(0, MAX_LIVE_ROOMS)) this.join(room);
  }

  private takeOutbox(entries: readonly OutboxEntry[]): void {
    const byRoom = new Map<string, Waiting[]>();
    for (const entry of entries) {
      if (entry.event !== "send_message") continue;
      const waiting = byRoom.get(entry.roomId) ?? [];
      byRoom.set(entry.roomId, [...waiting, waitingOf(entry, this.clockSkewMs)]);
    }
    const reacting = reactingByRoom(entries);
    batch(() => {
      this.unsent.value = unsentOf(entries);
      // A room we only failed to write in may be one that we are out of: for that it is not put in the list.
      for (const [roomId, waiting] of byRoom) if (waiting.some(({ error }) => error === undefined)) this.room(roomId);
      for (const room of this.rooms.peek().values()) {
        room.reacting.value = withWaiting(room.reacting.peek(), reacting.get(room.id) ?? []);
        const waiting = byRoom.get(room.id) ?? [];
        if (waiting.length > 0 || room.log.peek().pending.some((p) => p.state !== "sent")) room.dispatch({ type: "outbox", waiting });
      }
    });
  }

  private event(told: TheirEvent): void {
    const room = this.known(told.roomId);
    const event = decodeLogEvent(told.event, told);
    if (!room || !event) return;
    // Told before the join is over: the log begins with it.
    if (room.handle && !room.started) room.dispatch({ type: "joined", lastSeq: event.seq - 1 });
    room.take(event);
    if (room.id !== this.openRoomId.peek()) trim(room);
    if (event.event !== "new_message") return;
    this.people.signed(event.author, event.authorName);
    if (room.handle?.live && event.author !== this.user.id) this.arrived.value = event;
  }

  /** We are out of a room: the open one says so in its place, any other goes from the list with a word. */
  private left(roomId: string, reason: string, error: ChatError | undefined): void {
    const room = this.known(roomId);
    if (!room) return;
    const isOpen = roomId === this.openRoomId.peek();
    const why = words(() => leftWords(reason) ?? (error ? messageOf(error) : t("unreadable")));
    room.presence.value = { kind: "refused", why };
    room.own(undefined);
    // One that was refused stays, out of sight: the list may name it again, and it would be asked for again and again.
    if (error || (isOpen && reason !== "left")) return;
    const name = room.name.peek();
    this.say(words(() => t("inRoom", { room: name, words: why.text })));
    batch(() => {
      if (isOpen) goTo(undefined, true);
      this.drop(room);
    });
    if (room.info.peek().type === "public") void this.readList();
  }

  private drop(room: RoomState): void {
    room.unlisten();
    if (room.handle) this.client.leave(room.id);
    const rooms = new Map(this.rooms.peek());
    rooms.delete(room.id);
    this.rooms.value = rooms;
  }

  /** Opens it on this connection and the next ones, unless it is. */
  private join(room: RoomState): void {
    if (room.handle && room.handle.left === undefined) return;
    room.presence.value = { kind: "joining" };
    const handle = this.client.room(room.id);
    if (!room.handle) this.follow(room, handle);
    if (handle.live) this.joined(room, handle);
  }

  private follow(room: RoomState, handle: Handle): void {
    room.handle = handle;
    if (handle.lastSeq !== undefined) room.dispatch({ type: "joined", lastSeq: handle.lastSeq });
    const listeners = [
      handle.on("live", () => this.joined(room, handle)),
      handle.on("reset", (reason, lastSeq) => {
        room.dispatch({ type: "reset", reason, lastSeq });
        room.paging.value = "idle";
      }),
      handle.on("typing", (event) => room.typists.take(event, this.serverNow())),
      handle.on("read", ({ userId, seq }) => room.takeReceipts([{ userId, seq }])),
      handle.on("delivered", (delivered) => room.takeReceipts([delivered])),
      handle.on("error", (error) => {
        room.presence.value = { kind: "refused", why: wordsOf(error) };
      }),
    ];
    room.unlisten = () => listeners.forEach((end) => end());
  }

  /** Everything up to now was told. */
  private joined(room: RoomState, handle: Handle): void {
    const info = decodeRoom(handle.info);
    if (info) room.info.value = info;
    if (!room.started) room.dispatch({ type: "joined", lastSeq: handle.lastSeq ?? 0 });
    room.presence.value = { kind: "in" };
    room.apart.resume();
    if (room.id === this.openRoomId.peek()) this.pages.readNewest(room);
  }

  private known(roomId: string): RoomState | undefined {
    return this.rooms.peek().get(roomId);
  }

  private room(roomId: string): RoomState {
    const room = this.known(roomId) ?? this.make(roomId);
    if (!this.known(roomId)) this.put([room]);
    return room;
  }

  private makeMissing(ids: readonly string[]): void {
    this.put(ids.filter((id) => !this.known(id)).map((id) => this.make(id)));
  }

  private make(roomId: string): RoomState {
    return new RoomState(roomId, this.user.id, this.people, this.clock);
  }

  private put(made: readonly RoomState[]): void {
    if (made.length === 0) return;
    this.rooms.value = new Map([...this.rooms.peek(), ...made.map((room) => [room.id, room] as const)]);
    if (this.client.outbox.some(({ roomId }) => made.some(({ id }) => id === roomId))) this.takeOutbox(this.client.outbox);
  }
}

/** When something was last said in a room, ms since 1970; 0: never. */
export function activity(room: RoomState): number {
  const pending = room.log.value.pending.at(-1)?.at ?? 0;
  return Math.max(pending, Date.parse(room.preview.value?.timestamp ?? "") || 0);
}
