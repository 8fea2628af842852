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
  readonly attachments?: readonly Attachment[];
  /** The ids of whom it names; "@room" is everybody. */
  readonly mentions?: readonly string[];
  readonly deleted?: boolean;
  readonly editedAt?: string;
  readonly reactions?: Readonly<Record<string, { readonly count: number; readonly me: boolean }>>;
}

/** A file that is sent with a message. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** What its content shows, such as image/png. */
  readonly type: string;
  /** Of a picture, in pixels, as it is shown. */
  readonly width?: number;
  readonly height?: number;
  /** There is a small picture of it, too. */
  readonly thumbnail?: boolean;
}

/** A file in the list of a room's, with the message that shows it. */
export interface SharedFile extends Attachment {
  readonly seq: number;
  readonly author: string;
  readonly authorName?: string;
  readonly timestamp: string;
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

export type Notification = Fields & { readonly id: string; readonly userId: string; readonly kind: string };

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
export const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The objects of a list, decoded; what cannot be read is left out. */
export function decodeList<T>(value: unknown, decode: (fields: Fields) => T | undefined): T[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isFields).flatMap((fields) => decode(fields) ?? []);
}

/** The error of an answer or of a refused connection; undefined where there is none. */
export function decodeError(value: unknown): ChatError | undefined {
  if (!isFields(value) || typeof value["code"] !== "string") return undefined;
  const details = isFields(value["details"]) ? value["details"] : {};
  const wait = Number(value["retryAfterMs"] ?? 0);
  const field = typeof details["field"] === "string" ? details["field"] : undefined;
  const reason = typeof details["reason"] === "string" ? details["reason"] : undefined;
  return new ChatError(value["code"], text(value["message"]) || value["code"], value["retryable"] === true, Number.isFinite(wait) ? wait : 0, field, reason);
}

/** An event that counts in a room's log: whatever carries roomId and seq, but for read_updated, whose seq says how far somebody has read. */
export function decodeLogEvent(name: string, payload: unknown): LogEvent | undefined {
  if (!isFields(payload) || name === "read_updated") return undefined;
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

const decodeMessages = (value: unknown): Message[] => decodeList(value, (fields) => (isSeq(fields["seq"]) ? decodeMessage(fields) : undefined));

export function decodeHistory(value: Fields): History {
  return { messages: decodeMessages(value["messages"]), hasBefore: value["hasBefore"] === true, hasAfter: value["hasAfter"] === true };
}

export function decodeNotification(value: Fields): Notification | undefined {
  const { id, userId, kind } = value;
  if (typeof id !== "string" || typeof userId !== "string" || typeof kind !== "string") return undefined;
  return { ...value, id, userId, kind };
}
