// Rooms, members and profiles as the wire brings them, made typed or refused.

import { isFields } from "./protocol-decode";
import { type Invitation, type LogEvent, type Member, type Role, ROLES, type Room, type RoomSettings, type RoomType } from "./protocol";

type Fields = Record<string, unknown>;

const roles: readonly unknown[] = ROLES;

export function decodeRole(value: unknown): Role | undefined {
  return roles.includes(value) ? (value as Role) : undefined;
}

function typeOf(value: unknown): RoomType {
  return value === "private" || value === "direct" ? value : "public";
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function nameOf(fields: Fields, id: string): string {
  return typeof fields["name"] === "string" && fields["name"] !== "" ? fields["name"] : id;
}

function settingsOf(fields: Fields, id: string): RoomSettings {
  return {
    name: nameOf(fields, id),
    topic: typeof fields["topic"] === "string" ? fields["topic"] : "",
    readOnly: fields["readOnly"] === true,
    slowModeMs: numberOf(fields["slowModeMs"]),
    archived: fields["archived"] === true,
    receipts: fields["receipts"] === true,
    pins: Array.isArray(fields["pins"]) ? fields["pins"].filter((seq) => numberOf(seq) > 0).join() : "",
  };
}

/** The seqs of a room's pinned messages. */
export function pinnedSeqs(pins: string): number[] {
  return pins === "" ? [] : pins.split(",").map(Number);
}

/** A room of which nothing but the id is known. */
export function unknownRoom(id: string): Room {
  return { ...settingsOf({}, id), id, type: "public", role: undefined };
}

/** A `room` of an answer; undefined when it is none. */
export function decodeRoom(value: unknown): Room | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  const { id, userId } = value;
  return { ...settingsOf(value, id), id, type: typeOf(value["type"]), role: decodeRole(value["role"]), ...(typeof userId === "string" && { userId }) };
}

/** What changes a room's settings or members; undefined for other events, and for what cannot be read. */
export function decodeStateEvent(event: string, place: { roomId: string; seq: number }, fields: Fields): LogEvent | undefined {
  const { author } = fields;
  if (typeof author !== "string") return undefined;
  if (event === "room_updated") return { event, ...place, ...settingsOf(fields, place.roomId), author };
  const { userId, bannedUntil } = fields;
  if (event !== "member_updated" || typeof userId !== "string") return undefined;
  return { event, ...place, userId, role: decodeRole(fields["role"]), author, ...(typeof bannedUntil === "string" && { bannedUntil }) };
}

export function decodeMember(value: unknown): Member | undefined {
  if (!isFields(value) || typeof value["userId"] !== "string") return undefined;
  const { userId, bannedUntil } = value;
  return { userId, role: decodeRole(value["role"]), ...(typeof bannedUntil === "string" && { bannedUntil }) };
}

export function decodeInvitation(value: unknown): Invitation | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  const { id, author, expiresAt } = value;
  return {
    id,
    role: decodeRole(value["role"]),
    author: typeof author === "string" ? author : "",
    expiresAt: typeof expiresAt === "string" ? expiresAt : "",
    maxUses: numberOf(value["maxUses"]),
    uses: numberOf(value["uses"]),
  };
}
