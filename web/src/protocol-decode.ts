// What the wire brings, made typed or refused. Nothing untyped passes this file.

import { ChatError } from "../client/src/index";
import { decodeAttachments } from "./attachments/attachment";
import {
  type Declaration,
  type LogEvent,
  type NewMessage,
  type Operation,
  type Reaction,
  type Reactions,
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
  const { replies } = fields;
  if (isFields(replies) && isCount(replies["count"])) message.replies = replies["count"];
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

/**
 * An event as one of a room's log; undefined when it is none. A known kind that cannot
 * be read, and every unknown kind, still takes its number.
 */
export function decodeLogEvent(name: string, payload: unknown): LogEvent | undefined {
  const place = logPlace(payload);
  if (!place) return undefined;
  if (name === "void") return { event: "void", ...place };
  if (name === "new_message") {
    const message = decodeMessage(payload);
    if (message) return { event: "new_message", ...message };
  }
  return decodeStateEvent(name, place, payload as Fields) ?? decodeChange(name, place, payload as Fields) ?? { event: "other", ...place };
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

/** The error of a JSON body; undefined when there is none. An UNAVAILABLE that was answered gets the reason not_ready: where there was no answer it has none. */
export function decodeError(value: unknown): ChatError | undefined {
  if (!isFields(value) || typeof value["code"] !== "string") return undefined;
  const { code, message, retryable, retryAfterMs } = value;
  const { field, reason } = isFields(value["details"]) ? value["details"] : {};
  return new ChatError(
    code,
    typeof message === "string" ? message : code,
    retryable === true,
    typeof retryAfterMs === "number" ? retryAfterMs : 0,
    typeof field === "string" ? field : undefined,
    typeof reason === "string" ? reason : code === "UNAVAILABLE" ? "not_ready" : undefined,
  );
}
