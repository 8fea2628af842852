// What the wire brings, made typed or refused. Nothing untyped passes this file.

import { decodeAttachments } from "./attachments/attachment";
import {
  type Declaration,
  type ErrorBody,
  type LogEvent,
  type NewMessage,
  type Operation,
  ProtocolError,
  type Reaction,
  type Reactions,
  type StreamClosed,
  type StreamEvent,
  type StreamVar,
  type VarType,
} from "./protocol";
import { decodeStateEvent } from "./protocol-rooms";

type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The number of a log event, or undefined for what belongs to no room's log. */
function logPlace(value: unknown): { roomId: string; seq: number } | undefined {
  if (!isFields(value)) return undefined;
  const { roomId, seq } = value;
  if (typeof roomId !== "string" || !Number.isSafeInteger(seq) || (seq as number) < 1) return undefined;
  return { roomId, seq: seq as number };
}

export function decodeMessage(value: unknown): NewMessage | undefined {
  const place = logPlace(value);
  if (!place) return undefined;
  const fields = value as Fields;
  const { id, text, author, timestamp } = fields;
  if (typeof author !== "string" || typeof timestamp !== "string") return undefined;
  const message: NewMessage = {
    ...place,
    id: typeof id === "string" ? id : "",
    text: typeof text === "string" ? text : "",
    author,
    timestamp,
  };
  if (typeof fields["authorName"] === "string") message.authorName = fields["authorName"];
  if (typeof fields["clientId"] === "string") message.clientId = fields["clientId"];
  if (typeof fields["parent"] === "number") message.parent = fields["parent"];
  if (Array.isArray(fields["mentions"])) message.mentions = fields["mentions"].filter((id) => typeof id === "string");
  if (fields["deleted"] === true) message.deleted = true;
  if (typeof fields["editedAt"] === "string") message.editedAt = fields["editedAt"];
  const reactions = decodeReactions(fields["reactions"]);
  if (reactions) message.reactions = reactions;
  const attachments = decodeAttachments(fields["attachments"]);
  if (attachments) message.attachments = attachments;
  return message;
}

/** A history's `{emoji: {count, me}}`; undefined when there are none. */
function decodeReactions(value: unknown): Reactions | undefined {
  if (!isFields(value)) return undefined;
  // A null prototype: an emoji may be called ":__proto__:".
  const reactions = Object.create(null) as Record<string, Reaction>;
  for (const [emoji, entry] of Object.entries(value)) {
    if (!isFields(entry) || !isCount(entry["count"])) continue;
    reactions[emoji] = { count: entry["count"], me: entry["me"] === true };
  }
  return Object.keys(reactions).length > 0 ? reactions : undefined;
}

/** An event's `{emoji: n}`. */
function decodeCounts(value: unknown): Record<string, number> {
  const counts = Object.create(null) as Record<string, number>;
  if (!isFields(value)) return counts;
  for (const [emoji, count] of Object.entries(value)) if (isCount(count)) counts[emoji] = count;
  return counts;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** What an event changes; undefined for what changes no message. */
function decodeChange(name: string, place: { roomId: string; seq: number }, fields: Fields): LogEvent | undefined {
  const { target, text, timestamp } = fields;
  if (!Number.isSafeInteger(target) || (target as number) < 1) return undefined;
  const at = { ...place, target: target as number };
  if (name === "message_deleted") return { event: name, ...at };
  if (name === "reaction_updated") {
    const { emoji, author, on } = fields;
    if (typeof emoji !== "string" || typeof author !== "string") return undefined;
    return { event: name, ...at, emoji, author, on: on === true, counts: decodeCounts(fields["counts"]) };
  }
  if (name !== "message_updated" || typeof timestamp !== "string") return undefined;
  return { event: name, ...at, timestamp, ...(typeof text === "string" && { text }) };
}

/** Events that carry a roomId and a seq but stand outside of any log. */
const notOfALog = new Set(["read_updated"]);

/**
 * An event as one of a room's log; undefined when it is none. A known kind that cannot
 * be read, and every unknown kind, still takes its number.
 */
export function decodeLogEvent(name: string, payload: unknown): LogEvent | undefined {
  const place = logPlace(payload);
  if (!place || notOfALog.has(name)) return undefined;
  if (name === "void") return { event: "void", ...place };
  if (name === "new_message") {
    const message = decodeMessage(payload);
    if (message) return { event: "new_message", ...message };
  }
  return decodeStateEvent(name, place, payload as Fields) ?? decodeChange(name, place, payload as Fields) ?? { event: "other", ...place };
}

/** The `events` of a join or a sync. */
export function decodeReplay(value: unknown): LogEvent[] {
  if (!Array.isArray(value)) return [];
  const events: LogEvent[] = [];
  for (const item of value) {
    const name = isFields(item) && typeof item["event"] === "string" ? item["event"] : "";
    const event = decodeLogEvent(name, item);
    if (event) events.push(event);
  }
  return events;
}

export function decodeMessages(value: unknown): NewMessage[] {
  if (!Array.isArray(value)) return [];
  return value.map(decodeMessage).filter((message) => message !== undefined);
}

const operations: readonly unknown[] = ["insert", "update", "replace", "delete"] satisfies Operation[];
const varTypes: readonly unknown[] = ["string", "int", "long", "double", "bool", "date", "objectId"] satisfies VarType[];

/** A declared stream; undefined for what names none. */
export function decodeDeclaration(value: unknown): Declaration | undefined {
  if (!isFields(value) || typeof value["name"] !== "string" || value["name"] === "") return undefined;
  const { name, watch, stages } = value;
  const [collection = ""] = name.includes("/") ? name.split("/") : [];
  const listed = Array.isArray(value["operations"]) ? value["operations"].filter((operation) => operations.includes(operation)) : [];
  return {
    name,
    collection,
    watches: collection !== "" ? "collection" : isFields(watch) && watch["deployment"] === true ? "deployment" : "database",
    operations: listed as Operation[],
    vars: decodeVars(value["vars"]),
    stages,
  };
}

function decodeVars(value: unknown): Record<string, StreamVar> | undefined {
  if (!isFields(value)) return undefined;
  const vars = Object.create(null) as Record<string, StreamVar>;
  for (const [name, entry] of Object.entries(value)) {
    if (!isFields(entry)) continue;
    const { type, required, from } = entry;
    const fallback = entry["default"];
    vars[name] = {
      type: varTypes.includes(type) ? (type as VarType) : "string",
      required: typeof required === "boolean" ? required : fallback === undefined,
      fromToken: from === "token",
      ...(fallback !== undefined && { fallback }),
    };
  }
  return vars;
}

export function decodeStreamEvent(value: unknown): StreamEvent | undefined {
  if (!isFields(value) || typeof value["id"] !== "string" || !isFields(value["change"])) return undefined;
  const event: StreamEvent = { id: value["id"], change: value["change"] };
  if (typeof value["after"] === "string") event.after = value["after"];
  return event;
}

export function decodeStreamClosed(value: unknown): StreamClosed | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  return { id: value["id"], reason: String(value["reason"]) };
}

/** The error of an ack, a connect error or a REST body; undefined when there is none. */
export function decodeError(value: unknown): ProtocolError | undefined {
  if (!isFields(value)) return undefined;
  const { code, message } = value;
  if (typeof code !== "string") return undefined;
  const body: ErrorBody = {
    code: code as ErrorBody["code"],
    message: typeof message === "string" ? message : code,
    retryable: value["retryable"] === true,
  };
  if (typeof value["retryAfterMs"] === "number") body.retryAfterMs = value["retryAfterMs"];
  const details = value["details"];
  if (isFields(details)) {
    const { field, reason } = details;
    body.details = { ...(typeof field === "string" && { field }), ...(typeof reason === "string" && { reason }) };
  }
  return new ProtocolError(body);
}
