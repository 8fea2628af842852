// What comes from the server, decoded into types. What cannot be read is left out or an
// error, never passed on; what is not known is kept, because the protocol is added to.

import { ChatError } from "./errors.js";

export type Fields = Readonly<Record<string, unknown>>;

/** A message, live or from history. */
export interface Message {
  readonly id: string;
  readonly roomId: string;
  readonly seq: number;
  readonly text: string;
  readonly author: string;
  readonly authorName?: string;
  /** RFC 3339, UTC, with milliseconds. */
  readonly timestamp: string;
  readonly clientId?: string;
  readonly parent?: number;
  readonly data?: Fields;
  readonly deleted?: boolean;
  readonly editedAt?: string;
  readonly reactions?: Readonly<Record<string, { readonly count: number; readonly me: boolean }>>;
}

/** One event of a room's log: `event` is its name in the protocol, the rest its payload. */
export type LogEvent = Fields & { readonly event: string; readonly roomId: string; readonly seq: number };

/** A part of a room's log as join_room and sync answer it. lastSeq is absent in a refusal. */
export interface Page {
  readonly events: readonly LogEvent[];
  readonly more: boolean;
  readonly lastSeq?: number;
  readonly reset?: string;
}

export interface History {
  readonly messages: readonly Message[];
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** The first event of a connection. */
export interface Ready {
  readonly user: User;
  readonly logId: string;
  /** Absent where the database did not answer in time. */
  readonly unread?: number;
}

export type Notification = Fields & { readonly id: string; readonly userId: string; readonly kind: string };

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The error of an answer or of a refused connection; undefined where there is none. */
export function decodeError(value: unknown): ChatError | undefined {
  if (!isFields(value) || typeof value["code"] !== "string") return undefined;
  const details = isFields(value["details"]) ? value["details"] : {};
  const wait = Number(value["retryAfterMs"] ?? 0);
  const field = typeof details["field"] === "string" ? details["field"] : undefined;
  return new ChatError(value["code"], text(value["message"]) || value["code"], value["retryable"] === true, Number.isFinite(wait) ? wait : 0, field);
}

/** An event that counts in a room's log: whatever carries roomId and seq. */
export function decodeLogEvent(name: string, payload: unknown): LogEvent | undefined {
  if (!isFields(payload)) return undefined;
  const { roomId, seq } = payload;
  if (typeof roomId !== "string" || !isSeq(seq) || seq === 0) return undefined;
  return { ...payload, event: name, roomId, seq };
}

export function decodePage(value: unknown): Page {
  const fields = isFields(value) ? value : {};
  const events = Array.isArray(fields["events"]) ? fields["events"] : [];
  const reset = isFields(fields["reset"]) ? text(fields["reset"]["reason"]) : "";
  return {
    events: events.flatMap((event: unknown) => decodeLogEvent(isFields(event) ? text(event["event"]) : "", event) ?? []),
    more: fields["more"] === true,
    ...(isSeq(fields["lastSeq"]) ? { lastSeq: fields["lastSeq"] } : {}),
    ...(reset ? { reset } : {}),
  };
}

/** A message out of a payload that has a seq already; optional fields are the server's word. */
export function decodeMessage(value: Fields): Message {
  return { ...value, id: text(value["id"]), roomId: text(value["roomId"]), seq: Number(value["seq"]), text: text(value["text"]), author: text(value["author"]), timestamp: text(value["timestamp"]) };
}

export function decodeHistory(value: Fields): History {
  const messages = Array.isArray(value["messages"]) ? value["messages"].filter(isFields) : [];
  return { messages: messages.filter((m) => isSeq(m["seq"])).map(decodeMessage), hasBefore: value["hasBefore"] === true, hasAfter: value["hasAfter"] === true };
}

export function decodeReady(value: Fields): Ready {
  const user = isFields(value["user"]) ? value["user"] : {};
  const notifications = isFields(value["notifications"]) ? value["notifications"] : {};
  const roles = Array.isArray(user["roles"]) ? user["roles"].filter((role) => typeof role === "string") : [];
  return {
    user: { id: text(user["id"]), name: text(user["name"]), roles },
    logId: text(value["logId"]),
    ...(isSeq(notifications["unread"]) ? { unread: notifications["unread"] } : {}),
  };
}

export function decodeNotification(value: Fields): Notification | undefined {
  const { id, userId, kind } = value;
  if (typeof id !== "string" || typeof userId !== "string" || typeof kind !== "string") return undefined;
  return { ...value, id, userId, kind };
}
