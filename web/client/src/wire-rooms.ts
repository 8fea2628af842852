// Rooms, members and what is read, as they come from the server.

import { decodeList, decodeMessage, type Fields, isFields, isSeq, type Message, text } from "./wire.js";

export type RoomType = "public" | "private" | "direct" | (string & {});
export type Role = "owner" | "moderator" | "member" | "reader" | (string & {});

/** A room as the server shows it to this user. */
export interface RoomInfo {
  readonly id: string;
  readonly name: string;
  readonly type: RoomType;
  readonly topic: string;
  readonly readOnly: boolean;
  /** Between two messages of one member, in ms; 0: no slow mode. */
  readonly slowModeMs: number;
  readonly archived: boolean;
  /** Members see how far the others have read. */
  readonly receipts: boolean;
  /** The seqs of the pinned messages, in the order in which they were pinned; one that is gone meanwhile may be among them. */
  readonly pins: readonly number[];
  /** What one may do there; null: nothing. */
  readonly role: Role | null;
  /** The other one of a direct room. */
  readonly userId?: string;
}

/** A room in a list. */
export interface ListedRoom extends RoomInfo {
  readonly lastSeq: number;
  /** Its newest message. */
  readonly last?: Message;
}

/** Of which messages of a room its user is told while he is not looking, on all his devices. */
export interface Alerts {
  /** Absent: the default, all in a direct room, mentions in others. */
  readonly level?: AlertLevel;
  /** Until then he is told of none; RFC 3339. */
  readonly mutedUntil?: string;
}

export type AlertLevel = "all" | "mentions" | "nothing" | (string & {});

/** One of the user's own rooms. The settings are there once they were told: by a join, or a change. */
export interface MyRoom extends Partial<Omit<RoomInfo, "id" | "name" | "type" | "role">> {
  readonly id: string;
  readonly name: string;
  readonly type: RoomType;
  readonly role: Role | null;
  readonly lastSeq: number;
  readonly readSeq: number;
  /** Messages above readSeq that are not one's own and not deleted, and those of them that name one; up to 1,000 each. */
  readonly unread: number;
  readonly mentions: number;
  /** Absent: nothing was set. */
  readonly alerts?: Alerts;
}

/** How far one has read, and what is left. */
export interface ReadState {
  readonly readSeq: number;
  readonly unread: number;
  readonly mentions: number;
}

/** Somebody has read up to seq. */
export interface ReadUpdate {
  readonly roomId: string;
  readonly userId: string;
  readonly seq: number;
  /** Of the user himself, as the server counted. */
  readonly unread?: number;
  readonly mentions?: number;
}

/** A device of somebody has a room up to deliveredSeq. */
export interface DeliveredUpdate {
  readonly roomId: string;
  readonly userId: string;
  readonly deliveredSeq: number;
}

export interface Member {
  readonly userId: string;
  readonly role: Role | null;
  /** RFC 3339. */
  readonly bannedUntil?: string;
}

/** seq: he has read up to there; deliveredSeq: a device of his has it up to there, at least what he has read. */
export interface Receipt {
  readonly userId: string;
  readonly seq: number;
  readonly deliveredSeq: number;
}

export interface Invitation {
  readonly id: string;
  readonly roomId: string;
  readonly role: Role;
  readonly author: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** 0: no bound. */
  readonly maxUses: number;
  readonly uses: number;
}

/** member_updated, an event of the log. */
export type MemberEvent = Fields & Member & { readonly roomId: string; readonly seq: number; readonly author: string };

/** room_updated, an event of the log. */
export type RoomEvent = Fields & Omit<RoomInfo, "id" | "type" | "role" | "userId"> & { readonly roomId: string; readonly seq: number; readonly author: string };

/** Why one is out of a room: forbidden is what a join or a sync was answered. */
export type LeftReason = "removed" | "banned" | "left" | "forbidden" | (string & {});

const role = (value: unknown): Role | null => (typeof value === "string" ? value : null);
const count = (value: unknown): number => (isSeq(value) ? value : 0);
const optional = (name: string, value: unknown): Fields => (typeof value === "string" ? { [name]: value } : {});

/** The settings of a room, as room_updated tells them and rooms have them. */
export function decodeSettings(value: Fields): Omit<RoomInfo, "id" | "type" | "role" | "userId"> {
  return {
    name: text(value["name"]),
    topic: text(value["topic"]),
    readOnly: value["readOnly"] === true,
    slowModeMs: count(value["slowModeMs"]),
    archived: value["archived"] === true,
    receipts: value["receipts"] === true,
    pins: Array.isArray(value["pins"]) ? value["pins"].filter(isSeq) : [],
  };
}

export function decodeRoom(value: unknown): RoomInfo | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  return { id: value["id"], type: text(value["type"]), ...decodeSettings(value), role: role(value["role"]), ...optional("userId", value["userId"]) };
}

export function decodeListed(value: Fields): ListedRoom | undefined {
  const room = decodeRoom(value);
  const last = value["last"];
  return room && { ...room, lastSeq: count(value["lastSeq"]), ...(isFields(last) && isSeq(last["seq"]) ? { last: decodeMessage(last) } : {}) };
}

export function decodeMyRoom(value: Fields): MyRoom | undefined {
  if (typeof value["id"] !== "string") return undefined;
  const { id, name, type, userId } = value;
  return { id, name: text(name), type: text(type), role: role(value["role"]), ...optional("userId", userId), lastSeq: count(value["lastSeq"]), ...decodeReadState(value), ...(isFields(value["alerts"]) && { alerts: decodeAlerts(value["alerts"]) }) };
}

export function decodeAlerts(value: unknown): Alerts {
  return isFields(value) ? { ...optional("level", value["level"]), ...optional("mutedUntil", value["mutedUntil"]) } : {};
}

export function decodeReadState(value: Fields): ReadState {
  return { readSeq: count(value["readSeq"]), unread: count(value["unread"]), mentions: count(value["mentions"]) };
}

export function decodeRead(value: Fields): ReadUpdate | undefined {
  const { roomId, userId, seq, unread, mentions } = value;
  if (typeof roomId !== "string" || typeof userId !== "string" || !isSeq(seq)) return undefined;
  return { roomId, userId, seq, ...(isSeq(unread) ? { unread } : {}), ...(isSeq(mentions) ? { mentions } : {}) };
}

export function decodeDelivered({ roomId, userId, deliveredSeq }: Fields): DeliveredUpdate | undefined {
  return typeof roomId === "string" && typeof userId === "string" && isSeq(deliveredSeq) ? { roomId, userId, deliveredSeq } : undefined;
}

export function decodeMember(value: Fields): Member | undefined {
  if (typeof value["userId"] !== "string") return undefined;
  return { userId: value["userId"], role: role(value["role"]), ...optional("bannedUntil", value["bannedUntil"]) };
}

/** Of an event that carries roomId and seq. */
export function decodeMemberEvent(value: Fields & { roomId: string; seq: number }): MemberEvent | undefined {
  const member = decodeMember(value);
  return member && { ...value, ...member, author: text(value["author"]) };
}

export function decodeRoomEvent(value: Fields & { roomId: string; seq: number }): RoomEvent {
  return { ...value, ...decodeSettings(value), author: text(value["author"]) };
}

export function decodeReceipts(value: unknown): Receipt[] {
  return decodeList(value, ({ userId, seq, deliveredSeq }) => (typeof userId === "string" && isSeq(seq) ? { userId, seq, deliveredSeq: Math.max(seq, count(deliveredSeq)) } : undefined));
}

export function decodeInvitation(value: unknown): Invitation | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  const { id, roomId, author, createdAt, expiresAt } = value;
  return {
    id, roomId: text(roomId), role: text(value["role"]), author: text(author), createdAt: text(createdAt), expiresAt: text(expiresAt), maxUses: count(value["maxUses"]), uses: count(value["uses"]),
  };
}
