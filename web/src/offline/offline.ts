// Keeps the newest messages of one's own rooms in this browser, and shows them where there is no connection.
//
// Order and loss: of each room the newest page is read once, and the events of its log are applied to it, each once and in
// order; where one is missing the page is read anew. All work is done one after the other, and in one tab of a browser: the
// one that holds the lock. What a tab had not written when it ended the next one reads from the server.

import { ChatError, pathOf } from "../../client/src/index";
import { call } from "../api";
import { activity, type Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { registerWorker } from "../push/device";
import type { LogEvent } from "../protocol";
import { decodeLogEvent, decodeMessages, isFields } from "../protocol-decode";
import { bounded, type KeptRoom, MOST_MESSAGES, MOST_ROOMS, withEvents } from "./kept";
import { drop, eraseOthers, keep, keptOf, keptRoom } from "./store";

/** What comes within this time is written together, in ms. */
const GATHER_MS = 1_000;
/** What was read so long ago is read anew, in ms: what the server has trimmed no event tells. */
const STALE_MS = 24 * 3_600_000;
/** A connection that is not there by then is taken for none, in ms. */
const PATIENCE_MS = 3_000;

export class Offline {
  private readonly closed = new AbortController();
  private readonly ends: (() => void)[] = [];
  private readonly pending = new Map<string, LogEvent[]>();
  private work = Promise.resolve();
  /** Ends its turn to keep, or its wait for one. */
  private turn: AbortController | undefined;
  private hearing: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wasOnline = false;

  constructor(private readonly chat: Chat) {
    const patience = setTimeout(() => void this.show(), PATIENCE_MS);
    this.ends.push(
      () => clearTimeout(patience),
      chat.status.subscribe(({ kind }) => {
        if (kind === "online") return this.online();
        this.giveUp();
        if (kind === "waiting") void this.show();
      }),
    );
  }

  /** Asks to be the tab that keeps, while there is a connection: one that hears nothing must not keep the others from it. */
  private take(): void {
    if (this.turn || this.isOver) return;
    const turn = new AbortController();
    this.turn = turn;
    if (!navigator.locks) return this.begin();
    const held = () => {
      if (!turn.signal.aborted) this.begin();
      return new Promise<void>((resolve) => (turn.signal.aborted ? resolve() : turn.signal.addEventListener("abort", () => resolve(), { once: true })));
    };
    navigator.locks.request(`roomstream keeper ${this.chat.user.id}`, { signal: turn.signal }, held).catch(() => undefined);
  }

  /** Leaves that to another tab. */
  private giveUp(): void {
    this.turn?.abort();
    this.turn = undefined;
    for (const end of this.hearing) end();
    this.hearing = [];
  }

  /** It resolves when nothing is being written any more. */
  close(): Promise<void> {
    this.closed.abort();
    this.giveUp();
    clearTimeout(this.timer);
    for (const end of this.ends) end();
    return this.work;
  }

  private get isOver(): boolean {
    return this.closed.signal.aborted;
  }

  /** What is kept is not to be seen: there is what is live, or the session is over, and it may be anybody who looks. Without a word of the server's this device's clock says whether it is. */
  private get isShut(): boolean {
    const { kind } = this.chat.status.peek();
    return kind === "online" || kind === "refused" || (!this.wasOnline && this.chat.session.expiresAt <= Date.now());
  }

  private online(): void {
    if (!this.wasOnline) registerWorker().catch(() => undefined); // then the page does not open offline
    this.wasOnline = true;
    for (const room of this.chat.rooms.peek().values()) room.forgetKept();
    this.take();
  }

  /** Shows what is kept in the rooms whose log is not here. Rooms that the page does not know are new only before its first connection. */
  private async show(): Promise<void> {
    if (this.isShut) return;
    const all = await keptOf(this.chat.user.id);
    if (this.isOver || this.isShut) return;
    for (const kept of all) {
      const room = this.chat.rooms.peek().get(kept.id) ?? (this.wasOnline ? undefined : this.chat.adopt(kept.info));
      if (!room) continue;
      if (!room.mine.peek()) room.own(kept.mine);
      room.showKept(kept.messages, kept.hasBefore, kept.asOf);
    }
    if (all.length > 0) this.chat.listing.value = "ready";
  }

  /** This tab keeps from now on. */
  private begin(): void {
    if (this.isOver) return;
    const { client, user } = this.chat;
    this.hearing.push(
      client.on("event", (told) => {
        const event = decodeLogEvent(told.event, told);
        if (event) this.hear(told.roomId, event);
      }),
      client.on("left", (roomId) => this.next(() => drop(user.id, roomId))),
    );
    this.next(() => eraseOthers(user.id));
    if (this.chat.status.peek().kind === "online") this.next(() => this.compare());
  }

  private next(work: () => Promise<void>): void {
    this.work = this.work.then(() => (this.isOver ? undefined : work())).catch(() => undefined);
  }

  private hear(roomId: string, event: LogEvent): void {
    this.pending.set(roomId, [...(this.pending.get(roomId) ?? []), event]);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.next(() => this.write());
    }, GATHER_MS);
  }

  /** Writes what came. */
  private async write(): Promise<void> {
    const all = [...this.pending];
    this.pending.clear();
    for (const [roomId, events] of all) {
      if (this.isOver) return;
      const room = this.ours(roomId);
      const kept = room && (await keptRoom(this.chat.user.id, roomId));
      const next = kept && withEvents(kept, events, Date.now());
      if (next && room) await this.keep(room, next);
      else if (kept) await this.read(roomId);
    }
  }

  /** Makes what is kept what is there: rooms that are ours no more go, the most active ones are read where something is new. */
  private async compare(): Promise<void> {
    const kept = new Map((await keptOf(this.chat.user.id)).map((one) => [one.id, one]));
    const ours = [...this.chat.rooms.peek().values()].filter((room) => room.mine.peek()).sort((a, b) => activity(b) - activity(a));
    const wanted = ours.slice(0, MOST_ROOMS);
    for (const { id } of wanted) {
      if (this.isOver) return;
      const there = kept.get(id);
      kept.delete(id);
      const isCurrent = there?.lastSeq === this.ours(id)?.mine.peek()?.lastSeq && Date.now() - (there?.readAt ?? 0) < STALE_MS;
      if (!isCurrent && !(await this.read(id))) return;
    }
    for (const id of kept.keys()) {
      // That the server could not tell our rooms does not say that we are out of this one.
      const isOurs = ours.some((room) => room.id === id);
      if (isOurs || ours.length > 0) await drop(this.chat.user.id, id);
      else await this.read(id);
    }
  }

  /** Reads a room's newest page; false: there is no connection. */
  private async read(id: string): Promise<boolean> {
    const { user, session } = this.chat;
    const room = this.chat.rooms.peek().get(id);
    const mine = room?.mine.peek();
    try {
      const answer = await call("GET", `${pathOf("api", "rooms", id, "messages")}?limit=${MOST_MESSAGES}`, session.token);
      if (!room || !mine || !isFields(answer)) return true;
      const messages = decodeMessages(answer["messages"]);
      const now = Date.now();
      // What came while it was read is in it, or is applied to it when it is written.
      await this.keep(room, { user: user.id, id, info: room.info.peek(), mine, messages, hasBefore: answer["hasBefore"] === true, lastSeq: mine.lastSeq, asOf: now, readAt: now });
      return true;
    } catch (error) {
      const isOut = error instanceof ChatError && (error.code === "FORBIDDEN" || error.code === "NOT_FOUND");
      if (isOut) await drop(user.id, id);
      return isOut;
    }
  }

  private async keep(room: RoomState, kept: KeptRoom): Promise<void> {
    const mine = room.mine.peek();
    if (!this.isOver && mine) await keep(bounded({ ...kept, info: room.info.peek(), mine }));
  }

  private ours(id: string): RoomState | undefined {
    const room = this.chat.rooms.peek().get(id);
    return room?.mine.peek() ? room : undefined;
  }
}
