// One room: its log, its history, writing in it, and who is in it.

import { Emitter } from "./emitter.js";
import { ChatError, offline } from "./errors.js";
import { pathOf } from "./path.js";
import { RoomLog } from "./room-log.js";
import type { Rest } from "./rest.js";
import { type Attachment, decodeHistory, decodeList, decodeMessage, decodePage, type Fields, type History, isSeq, type LogEvent, type Message, type Page, type SharedFile } from "./wire.js";
import { decodeReport, type Report } from "./wire-people.js";
import {
  type AlertLevel, type Alerts, decodeAlerts, decodeInvitation, decodeMember, decodeMemberEvent, decodeReceipts, decodeRoom, decodeRoomEvent, decodeSettings, type DeliveredUpdate, type Invitation, type LeftReason, type Member, type MemberEvent, type MyRoom, type ReadState,
  type ReadUpdate, type Receipt, type Role, type RoomEvent, type RoomInfo,
} from "./wire-rooms.js";

export type RoomEvents = {
  message: [message: Message];
  updated: [event: LogEvent];
  deleted: [event: LogEvent];
  reaction: [event: LogEvent];
  /** Somebody is in the room from now on, out of it, or may do other things there. */
  member: [event: MemberEvent];
  /** The room's name, topic or settings are others. */
  room: [event: RoomEvent];
  /** Every event of the log, those above too, and kinds this version does not know. */
  event: [event: LogEvent];
  /** Drop what you have and read history(): the next event is lastSeq+1. */
  reset: [reason: string, lastSeq: number];
  /** Everything up to now was told. */
  live: [];
  /** Others type, or cease to. Never replayed. */
  typing: [event: Fields];
  /** Somebody has read up to a seq: the user on any of his devices, and others where the room shows receipts. Never replayed. */
  read: [event: ReadUpdate];
  /** A device of somebody has the room up to a seq, where it shows receipts. Never replayed. */
  delivered: [event: DeliveredUpdate];
  /** One is out of the room, and nothing of it is told any more until one is let in again. error: of a join that was refused. */
  left: [reason: LeftReason, error?: ChatError];
  /** The room cannot be read. */
  error: [error: ChatError];
};

/** What a room needs of its chat. */
export interface RoomHost {
  readonly rest: Rest;
  /** The user's id; empty before the first connection. */
  readonly me: string;
  ask(event: string, payload: object, take?: (answer: Fields) => void): Promise<Fields>;
  request(event: string, payload: object): Promise<Fields>;
  write(event: string, roomId: string, payload: Fields, clientId?: string): Promise<Fields>;
  /** Told before the room's own listeners. */
  joined(info: RoomInfo): void;
  heard(event: LogEvent): void;
  reset(roomId: string, lastSeq: number): void;
  out(roomId: string, reason: LeftReason, error?: ChatError): void;
  mark(roomId: string, seq: number): Promise<ReadState>;
  alerted(roomId: string, alerts: Alerts): Promise<void>;
  mine(roomId: string): MyRoom | undefined;
}

/** Where the server has put a write. */
export interface Written {
  readonly seq: number;
  /** Of a message: its id and the server's time. */
  readonly id?: string;
  readonly timestamp?: string;
}

/** What goes with a message's text: attachments are the ids of files uploaded to this room. */
export interface MessageOptions {
  parent?: number;
  data?: Fields;
  attachments?: readonly string[];
  /** Of one that failed: with the same one the log has it once, whatever became of the first. */
  clientId?: string;
}

/** Which part of a list: what comes behind an id. */
export interface ListQuery {
  after?: string;
  limit?: number;
}

export type RoomSettings = Partial<Pick<RoomInfo, "name" | "topic" | "readOnly" | "slowModeMs" | "archived" | "receipts">>;

const named = { message_updated: "updated", message_deleted: "deleted", reaction_updated: "reaction" } as const;
const isNamed = (event: string): event is keyof typeof named => Object.hasOwn(named, event);

export class Room extends Emitter<RoomEvents> {
  readonly #host: RoomHost;
  readonly #log: RoomLog;
  #info: RoomInfo | undefined;
  #left: LeftReason | undefined;
  #begun = false;

  /** Made by chat.room(). */
  constructor(
    readonly id: string,
    host: RoomHost,
    since?: number,
  ) {
    super();
    this.#host = host;
    const source = {
      join: (last: number | undefined, take: (page: Page) => void) => host.ask("join_room", last === undefined ? { roomId: id } : { roomId: id, since: last }, (answer) => this.#joined(answer, take)),
      sync: (last: number, take: (page: Page) => void) =>
        host.ask("sync", { rooms: { [id]: last } }, (answer) => take(decodePage((answer["rooms"] as Fields | undefined)?.[id]))),
    };
    this.#log = new RoomLog(source, {
      apply: (event) => this.#apply(event),
      reset: (reason, lastSeq) => this.#reset(reason, lastSeq),
      caughtUp: () => this.tell("live"),
      refused: (error) => this.#refused(error),
    }, since);
  }

  /** The seq of the last event told; give it to chat.room() of a later page to go on from there. */
  get lastSeq(): number | undefined {
    return this.#log.last;
  }

  /** What the server said of the room at the last join, with what changed since; undefined before. */
  get info(): RoomInfo | undefined {
    return this.#info;
  }

  /** What is read and unread of it, as in chat.rooms; undefined where it is none of one's own. */
  get mine(): MyRoom | undefined {
    return this.#host.mine(this.id);
  }

  /** Why one is out of it; undefined: one is not. */
  get left(): LeftReason | undefined {
    return this.#left;
  }

  /** Everything up to now was told, and what comes next comes live. */
  get live(): boolean {
    return this.#log.live;
  }

  /** Sends a message; resolves when it is durable. See Outbox for order and loss. */
  async send(text: string, { clientId, ...more }: MessageOptions = {}): Promise<Written> {
    return written(await this.#host.write("send_message", this.id, { ...more, text }, clientId));
  }

  /** Gives a message of one's own another text. */
  async edit(seq: number, text: string): Promise<Written> {
    return written(await this.#host.write("edit_message", this.id, { seq, text }));
  }

  async remove(seq: number): Promise<Written> {
    return written(await this.#host.write("delete_message", this.id, { seq }));
  }

  /** Sets a reaction, or takes it back. */
  async react(seq: number, emoji: string, on = true): Promise<Written> {
    return written(await this.#host.write("set_reaction", this.id, { seq, emoji, on }));
  }

  /** A page of messages, ascending; the newest ones without before and after. */
  async history(query: { before?: number; after?: number; around?: number; parent?: number; limit?: number } = {}): Promise<History> {
    return decodeHistory(await this.#request("get_history", query));
  }

  /** Tells others that one types. Not told again when it gets lost. */
  typing(on: boolean): void {
    this.#host.ask("typing", { roomId: this.id, on }).catch(() => {});
  }

  /** Marks the room as read up to seq, by default all that was told. It goes up, never down. Resolves when the server knows. */
  async markRead(seq = this.#log.last ?? 0): Promise<ReadState> {
    return this.#host.mark(this.id, seq);
  }

  /** Changes of which messages here the user is told, on all his devices; what is absent stays, null is the default. */
  async setAlerts(change: { level?: AlertLevel | null; mutedUntil?: Date | null }): Promise<Alerts> {
    const { level, mutedUntil } = change;
    const until = mutedUntil === undefined ? {} : { mutedUntil: mutedUntil === null ? null : mutedUntil.toISOString() };
    const alerts = decodeAlerts((await this.#request("set_alerts", { ...(level === undefined ? {} : { level }), ...until }))["alerts"]);
    await this.#host.alerted(this.id, alerts);
    return alerts;
  }

  /** Uploads a file, to be sent with a message: `send(text, {attachments: [file.id]})`. progress is told how much of it has left, 0 to 1, where the platform says. */
  async upload(file: Blob, name: string = nameOf(file), signal?: AbortSignal, progress?: (share: number) => void): Promise<Attachment> {
    const answer = await this.#host.rest.upload(pathOf("api", "rooms", this.id, "files"), name, file, signal, progress);
    return whole(answer["file"] as Attachment | undefined, "file");
  }

  /** Addresses of a file for <img> and <video>, good for 5 min. */
  async fileUrl(fileId: string): Promise<{ url: string; thumbnailUrl?: string; expiresAt: string }> {
    const { rest } = this.#host;
    const { url, thumbnailUrl, expiresAt } = await rest.get(pathOf("api", "rooms", this.id, "files", fileId, "url"));
    return { url: rest.address(String(url)), ...(typeof thumbnailUrl === "string" ? { thumbnailUrl: rest.address(thumbnailUrl) } : {}), expiresAt: String(expiresAt) };
  }

  /** The files that messages show by now, newest first; before: the next of the page before this one. */
  async files(query: { before?: number; limit?: number } = {}): Promise<{ files: SharedFile[]; next?: number }> {
    const asked = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const { files, next } = await this.#host.rest.get(`${pathOf("api", "rooms", this.id, "files")}?${asked}`);
    return { files: decodeList(files, (fields) => fields as unknown as SharedFile), ...(isSeq(next) ? { next } : {}) };
  }

  /** Changes the room's settings; what is absent stays. */
  async update(settings: RoomSettings): Promise<RoomInfo> {
    return whole(decodeRoom((await this.#request("update_room", settings))["room"]), "room");
  }

  /**
   * Gives somebody a role; null takes him out. Undefined, with bannedUntil: he keeps his own. Resolves with the seq from which on
   * it is so.
   */
  async setMember(userId: string, role: Role | null | undefined, bannedUntil?: Date | null): Promise<number> {
    const ban = bannedUntil === undefined ? {} : { bannedUntil: bannedUntil === null ? null : bannedUntil.toISOString() };
    return Number((await this.#request("set_member", { userId, ...(role === undefined ? {} : { role }), ...ban }))["seq"]);
  }

  /** Takes somebody out until a time by the server's clock; see Chat.clockSkewMs. He is what he was afterwards, or of the role given; null: nobody. */
  ban(userId: string, until: Date, role?: Role | null): Promise<number> {
    return this.setMember(userId, role, until);
  }

  /** Lets somebody in again who is banned, or was taken out, as what he was. */
  letIn(userId: string): Promise<number> {
    return this.setMember(userId, undefined, null);
  }

  /** Leaves for good, on all devices; chat.leave() only stops following. */
  async leave(): Promise<number> {
    if (this.#host.me === "") throw offline();
    return this.setMember(this.#host.me, null);
  }

  /** By ascending id. query: only those a word of whose name, or whose id, begins so. next: after of the next page; with a query a page may be empty and have it. */
  async members(query: ListQuery & { query?: string } = {}): Promise<{ members: Member[]; more: boolean; next?: string }> {
    const answer = await this.#request("list_members", query);
    return { members: decodeList(answer["members"], decodeMember), more: answer["more"] === true, ...(typeof answer["next"] === "string" && { next: answer["next"] }) };
  }

  /** Who has read how far, where the room shows it. */
  async receipts(query: ListQuery = {}): Promise<{ receipts: Receipt[]; more: boolean }> {
    const answer = await this.#request("list_receipts", query);
    return { receipts: decodeReceipts(answer["receipts"]), more: answer["more"] === true };
  }

  /** Pins a message, or takes its pin away. Resolves with the seq from which on it is so. */
  async pin(seq: number, on = true): Promise<number> {
    return Number((await this.#request("set_pin", { seq, on }))["seq"]);
  }

  /** The pinned messages as they are by now, the one that was pinned last first; after: those behind this one. */
  async pins(query: { after?: number } = {}): Promise<{ pins: Message[]; more: boolean }> {
    const answer = await this.#request("list_pins", query);
    return { pins: decodeHistory({ messages: answer["pins"] }).messages.slice(), more: answer["more"] === true };
  }

  /** Makes an invitation. Its token is told only now; who has it comes in with chat.acceptInvitation(). */
  async invite(options: { role?: Role; expiresInMs?: number; maxUses?: number } = {}): Promise<{ invitation: Invitation; token: string }> {
    const answer = await this.#request("create_invitation", options);
    return { invitation: whole(decodeInvitation(answer["invitation"]), "invitation"), token: String(answer["token"]) };
  }

  async invitations(query: ListQuery = {}): Promise<{ invitations: Invitation[]; more: boolean }> {
    const answer = await this.#request("list_invitations", query);
    return { invitations: decodeList(answer["invitations"], decodeInvitation), more: answer["more"] === true };
  }

  async removeInvitation(id: string): Promise<void> {
    await this.#request("remove_invitation", { id });
  }

  /** Shows a message to those who moderate the room. */
  async report(seq: number, reason: string): Promise<Report> {
    return whole(decodeReport((await this.#request("report_message", { seq, reason }))["report"]), "report");
  }

  /** @internal There is a connection; another: the log is another one than before. start: where to begin if nothing was told yet. */
  begin(another: boolean, start?: number): Promise<void> {
    this.#left = undefined;
    this.#begun = true;
    if (another) this.#log.forget();
    return this.#log.begin(start);
  }

  /** @internal Tells what is above a seq, too. */
  rewind(since: number): void {
    void this.#log.rewind(since);
  }

  /** @internal */
  end(): void {
    this.#begun = false;
    this.#log.end();
  }

  /** @internal It is followed on this connection. */
  get begun(): boolean {
    return this.#begun;
  }

  /** @internal An event that names this room. */
  receive(name: string, payload: Fields, event: LogEvent | undefined): void {
    if (event) return this.#log.receive(event);
    if (name === "room_reset") return this.#log.resetTo(String(payload["reason"]), Number(payload["lastSeq"]) || 0);
    if (name === "typing") return this.tell("typing", payload);
    if (name !== "room_left" || this.#left !== undefined) return;
    // Who may stay is not known: the answer to a join says it.
    if (payload["reason"] === "rejoin") void this.#log.begin();
    else this.#out(String(payload["reason"]));
  }

  /** @internal */
  told(read: ReadUpdate): void {
    this.tell("read", read);
  }

  /** @internal */
  toldDelivered(delivered: DeliveredUpdate): void {
    this.tell("delivered", delivered);
  }

  #request(event: string, payload: object): Promise<Fields> {
    return this.#host.request(event, { ...payload, roomId: this.id });
  }

  #joined(answer: Fields, take: (page: Page) => void): void {
    const info = decodeRoom(answer["room"]);
    if (info) {
      this.#info = info;
      this.#host.joined(info);
    }
    take(decodePage(answer));
  }

  #reset(reason: string, lastSeq: number): void {
    if (reason === "forbidden") return this.#out(reason);
    this.#host.reset(this.id, lastSeq);
    this.tell("reset", reason, lastSeq);
  }

  #refused(error: ChatError): void {
    this.tell("error", error);
    if (error.code === "FORBIDDEN" || error.code === "NOT_FOUND") this.#out(error.reason === "banned" ? "banned" : "forbidden", error);
  }

  #out(reason: LeftReason, error?: ChatError): void {
    this.#log.end();
    this.#left = reason;
    this.#host.out(this.id, reason, error);
    if (error) this.tell("left", reason, error);
    else this.tell("left", reason);
  }

  #apply(event: LogEvent): void {
    this.#host.heard(event);
    if (event.event === "new_message") this.tell("message", decodeMessage(event));
    else if (event.event === "member_updated") this.#member(event);
    else if (event.event === "room_updated") this.#settings(decodeRoomEvent(event));
    else if (isNamed(event.event)) this.tell(named[event.event], event);
    this.tell("event", event);
  }

  #member(event: LogEvent): void {
    const member = decodeMemberEvent(event);
    if (!member) return;
    if (this.#info && member.userId === this.#host.me && member.role !== null) this.#info = { ...this.#info, role: member.role };
    this.tell("member", member);
  }

  #settings(event: RoomEvent): void {
    if (this.#info) this.#info = { ...this.#info, ...decodeSettings(event) };
    this.tell("room", event);
  }
}

function written(answer: Fields): Written {
  return {
    seq: Number(answer["seq"]),
    ...(typeof answer["id"] === "string" ? { id: answer["id"] } : {}),
    ...(typeof answer["timestamp"] === "string" ? { timestamp: answer["timestamp"] } : {}),
  };
}

/** A File has a name; another Blob has none. */
function nameOf(file: Blob): string {
  return "name" in file && typeof file.name === "string" ? file.name : "file";
}

/** What an answer must have. */
export function whole<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ChatError("INTERNAL", `the answer has no ${what}`, true);
  return value;
}
