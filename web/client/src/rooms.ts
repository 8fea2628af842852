// The rooms of a chat: those that were opened, and the user's own, which are followed so that
// what is unread in them is known.
//
// Concurrency: opened rooms are joined at once, the others a few at a time, so that what is
// asked meanwhile does not wait for all of them.

import { ChatError } from "./errors.js";
import { Marks } from "./marks.js";
import { MyRooms } from "./my-rooms.js";
import { Room, type RoomHost } from "./room.js";
import { decodeLogEvent, type Fields, type LogEvent } from "./wire.js";
import type { Ready } from "./wire-ready.js";
import { type Alerts, decodeAlerts, decodeDelivered, decodeRead, decodeReadState, decodeRoom, type LeftReason, type MyRoom, type ReadState, type ReadUpdate, type RoomInfo } from "./wire-rooms.js";

/** A connection may be in 1,000 rooms; some are left for those that are opened. */
const MOST_FOLLOWED = 900;
/** Joins of rooms that nobody has opened, at once. */
const JOINS_AT_ONCE = 4;

/** The least time between two marks of what was delivered of a room, in ms: each is a write, and others are told. */
const DELIVERED_APART_MS = 5_000;

/** What a room was opened for: by its user, or to count what is unread. */
interface Held {
  room: Room;
  opened: boolean;
}

export interface RoomsListener {
  /** The user's own rooms are others, or something of them. */
  changed(rooms: readonly MyRoom[]): void;
  added(room: RoomInfo, author: string): void;
  /** An event of any log that is followed. */
  heard(event: LogEvent): void;
  out(roomId: string, reason: LeftReason, error?: ChatError): void;
}

export class Rooms {
  readonly #held = new Map<string, Held>();
  readonly #host: RoomHost;
  readonly #mine: MyRooms;
  readonly #marks: Marks<ReadState>;
  readonly #delivered: Marks<number>;
  #me = "";
  /** Counts connections: what belongs to an earlier one is void. */
  #connection = 0;
  #online = false;
  #telling = false;

  /** follow: the user's own rooms are joined, too. */
  constructor(
    host: Pick<RoomHost, "rest" | "ask" | "request" | "write">,
    private readonly listener: RoomsListener,
    private readonly follow: boolean,
  ) {
    const me = (): string => this.#me;
    this.#marks = new Marks(async (roomId, seq) => {
      const state = decodeReadState(await host.ask("mark_read", { roomId, seq }));
      this.#read({ roomId, seq: state.readSeq, unread: state.unread, mentions: state.mentions });
      return state;
    });
    this.#delivered = new Marks(async (roomId, seq) => Number((await host.ask("mark_delivered", { roomId, seq }))["deliveredSeq"]), DELIVERED_APART_MS);
    this.#mine = new MyRooms({
      // A mark below what is read changes nothing, and is answered all the same.
      count: async (roomId) => decodeReadState(await host.ask("mark_read", { roomId, seq: 0 })),
      follows: (id) => this.#follows(id),
      changed: () => this.#changed(),
    });
    this.#host = {
      ...host,
      get me() {
        return me();
      },
      joined: (info) => this.#mine.describe(info),
      heard: (event) => {
        this.#mine.apply(event);
        this.listener.heard(event);
      },
      reset: (roomId, lastSeq) => this.#mine.reset(roomId, lastSeq),
      out: (roomId, reason, error) => {
        this.#out(roomId);
        this.listener.out(roomId, reason, error);
      },
      mark: (roomId, seq) => this.#mark(roomId, seq),
      alerted: (roomId, alerts) => this.#alerted(roomId, alerts),
      mine: (roomId) => this.#mine.get(roomId),
    };
  }

  /** The user's own, ascending by id. */
  get list(): readonly MyRoom[] {
    return this.#mine.list;
  }

  /** A room, opened by its user. */
  open(id: string, since?: number): Room {
    const held = this.#held.get(id);
    if (!held) return this.#hold(id, since, true).room;
    const first = !held.opened;
    held.opened = true;
    if (first && since !== undefined) held.room.rewind(since);
    if (first && !held.room.begun || held.room.left !== undefined) void this.#begin(held.room);
    return held.room;
  }

  /** Nobody wants a room any more; but for its count. */
  close(id: string): void {
    const held = this.#held.get(id);
    if (!held?.opened) return;
    held.room.end();
    this.#held.delete(id);
    if (this.follow && this.#mine.get(id)) void this.#hold(id, held.room.lastSeq, false);
    else if (this.#online) this.#host.ask("leave_room", { roomId: id }).catch(() => {});
  }

  /** There is a connection; another: the logs are others than before. */
  begin(ready: Ready, another: boolean): void {
    this.#connection++;
    this.#online = true;
    // What another user has read is not this one's to mark.
    if (this.#me !== "" && this.#me !== ready.user.id) this.#closeMarks();
    this.#me = ready.user.id;
    this.#mine.begin(ready.user.id, ready.rooms ?? (another ? [] : undefined));
    for (const { id, lastSeq } of ready.rooms ?? []) {
      const seq = this.#marks.pending(id);
      if (seq !== undefined) this.#mine.read({ roomId: id, seq: Math.min(seq, lastSeq) });
    }
    const mine = new Set(this.list.map(({ id }) => id));
    for (const [id, { room, opened }] of this.#held) {
      // Who was put out stays out until he is let in again.
      if (opened && (room.left === undefined || mine.has(id))) void room.begin(another, this.#mine.get(id)?.lastSeq);
      // What nobody has opened begins with what ready told.
      if (!opened) this.#held.delete(id);
    }
    this.#marks.begin();
    this.#delivered.begin();
    if (this.follow) void this.#followAll();
  }

  /** The connection is gone. */
  end(): void {
    this.#connection++;
    this.#online = false;
    this.#marks.end();
    this.#delivered.end();
    this.#mine.end();
    for (const { room } of this.#held.values()) room.end();
  }

  /** The page is left: what is marked is said now or never. */
  hurry(): void {
    this.#marks.hurry();
  }

  /** Ends it for good. */
  shut(): void {
    this.end();
    this.#closeMarks();
  }

  #closeMarks(): void {
    this.#marks.close();
    this.#delivered.close();
  }

  /** Marks a room as delivered up to seq; resolves with what the server knows then. What is read is delivered. */
  markDelivered(roomId: string, seq: number): Promise<number> {
    const readSeq = this.#mine.get(roomId)?.readSeq ?? 0;
    if (!isPosition(seq)) return Promise.reject(noPosition());
    return seq <= readSeq ? Promise.resolve(readSeq) : this.#delivered.mark(roomId, seq);
  }

  /** Takes an event that is of a room; false: it is not. */
  receive(name: string, payload: Fields): boolean {
    if (name === "room_added") {
      const info = decodeRoom(payload["room"]);
      if (info) void this.added(info, String(payload["author"]));
      return true;
    }
    if (name === "alerts_updated") {
      if (typeof payload["roomId"] === "string") void this.#alerted(payload["roomId"], decodeAlerts(payload["alerts"]));
      return true;
    }
    if (name === "read_updated") {
      const read = decodeRead(payload);
      if (!read) return true;
      if (read.userId === this.#me) this.#read(read);
      this.#held.get(read.roomId)?.room.told(read);
      return true;
    }
    if (name === "delivered_updated") {
      const delivered = decodeDelivered(payload);
      if (delivered) this.#held.get(delivered.roomId)?.room.toldDelivered(delivered);
      return true;
    }
    const roomId = payload["roomId"];
    const event = decodeLogEvent(name, payload);
    if (typeof roomId !== "string" || !(event || name === "room_reset" || name === "room_left" || name === "typing")) return false;
    this.#held.get(roomId)?.room.receive(name, payload, event);
    return true;
  }

  /** A room is the user's own from now on, or was already. author: who let him in, where another told of it. */
  async added(info: RoomInfo, author?: string): Promise<void> {
    const held = this.#held.get(info.id);
    if (held && held.room.left !== undefined) void this.#begin(held.room);
    if (this.#mine.get(info.id)) this.#mine.describe(info);
    else await this.#take(info);
    if (author !== undefined) this.listener.added(info, author);
  }

  /** Takes in a room of which the server has not said yet what is read of it. */
  async #take(info: RoomInfo): Promise<void> {
    const connection = this.#connection;
    const state = await this.#host.ask("mark_read", { roomId: info.id, seq: 0 }).then(decodeReadState, () => undefined);
    if (!state || connection !== this.#connection) return; // the next connection tells it
    const held = this.#held.get(info.id);
    const { readSeq } = state;
    if (held || !this.follow || this.#held.size >= MOST_FOLLOWED) return this.#mine.add(info, { ...state, lastSeq: Math.max(readSeq, held?.room.lastSeq ?? 0) });
    // What the log brings above it is counted here.
    this.#mine.add(info, { readSeq, lastSeq: readSeq, unread: 0, mentions: 0 });
    await this.#hold(info.id, readSeq, false).done;
  }

  #follows(id: string): boolean {
    const held = this.#held.get(id);
    return held !== undefined && held.room.left === undefined;
  }

  #hold(id: string, since: number | undefined, opened: boolean): { room: Room; done: Promise<void> } {
    const room = new Room(id, this.#host, since);
    this.#held.set(id, { room, opened });
    return { room, done: this.#begin(room) };
  }

  #begin(room: Room): Promise<void> {
    return this.#online ? room.begin(false, this.#mine.get(room.id)?.lastSeq) : Promise.resolve();
  }

  /** Joins the user's own rooms that he has not opened. */
  async #followAll(): Promise<void> {
    const connection = this.#connection;
    const waiting: Held[] = [];
    for (const { id, lastSeq } of this.list) {
      if (this.#held.has(id) || this.#held.size >= MOST_FOLLOWED) continue;
      const held = { room: new Room(id, this.#host, lastSeq), opened: false };
      this.#held.set(id, held);
      waiting.push(held);
    }
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next && connection === this.#connection; next = waiting.shift()) {
        // One that was opened meanwhile is joined already.
        if (!next.opened && this.#held.get(next.room.id) === next) await next.room.begin(false);
      }
    };
    await Promise.all(Array.from({ length: JOINS_AT_ONCE }, work));
  }

  #out(id: string): void {
    this.#mine.remove(id);
    if (!this.#held.get(id)?.opened) this.#held.delete(id);
  }

  #mark(roomId: string, seq: number): Promise<ReadState> {
    const mine = this.#mine.get(roomId);
    if (!isPosition(seq)) return Promise.reject(noPosition());
    if (mine && seq <= mine.readSeq && this.#marks.pending(roomId) === undefined) return Promise.resolve({ readSeq: mine.readSeq, unread: mine.unread, mentions: mine.mentions });
    if (mine) this.#mine.read({ roomId, seq: Math.min(seq, mine.lastSeq) });
    return this.#marks.mark(roomId, seq);
  }

  /** How far the user has read, as the server says. A public room that one has read is one's own. */
  #read({ roomId, seq, unread, mentions }: Omit<ReadUpdate, "userId">): void {
    if (this.#mine.get(roomId)) return this.#mine.read({ roomId, seq, ...(unread === undefined ? {} : { unread, mentions: mentions ?? 0 }) });
    const room = this.#held.get(roomId)?.room;
    if (!room?.info || room.left !== undefined || seq === 0 || unread === undefined) return;
    this.#mine.add(room.info, { readSeq: seq, unread, mentions: mentions ?? 0, lastSeq: Math.max(seq, room.lastSeq ?? 0) });
  }

  /** What the user has set for a room. A public one that he has set something for is his own. */
  async #alerted(roomId: string, alerts: Alerts): Promise<void> {
    const room = this.#held.get(roomId)?.room;
    if (!this.#mine.get(roomId) && room?.info && room.left === undefined) await this.added(room.info);
    this.#mine.alert(roomId, alerts);
  }

  #changed(): void {
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      this.listener.changed(this.list);
    });
  }
}

const isPosition = (seq: number): boolean => Number.isSafeInteger(seq) && seq >= 0;

const noPosition = (): ChatError => new ChatError("BAD_REQUEST", "seq must be the seq of an event of this room", false, 0, "seq");
