// What the wire brings, made typed or refused. Nothing untyped passes this file.

import { type ErrorBody, type LogEvent, type NewMessage, ProtocolError } from "./protocol";

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
  if (fields["deleted"] === true) message.deleted = true;
  return message;
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
  return { event: "other", ...place };
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
  if (isFields(details) && typeof details["field"] === "string") body.details = { field: details["field"] };
  return new ProtocolError(body);
}
