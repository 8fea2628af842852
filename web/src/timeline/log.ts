// What the page has of one room's log. ONE reducer takes the snapshot, what is
// replayed and what is live, so that they cannot disagree.
//
// The client module tells every event once and in order, from where the log was begun;
// what the log has already is dropped all the same.

import type { Refused } from "../chat/asking";
import type { LogEvent, MemberUpdated, NewMessage, Reaction, ReactionUpdated, Reactions, RoomUpdated } from "../protocol";

/** How many changes are kept for a page that is on its way: far more than come in the time of one answer. */
const KEEP_CHANGES = 200;

/** How many of the newest lines about members and settings are kept. */
const KEEP_NOTES = 200;

/** What changed a room's members or settings. */
export type Note = ({ event: "member_updated" } & MemberUpdated) | ({ event: "room_updated" } & RoomUpdated);

/** A message of the outbox. */
export interface Waiting {
  readonly clientId: string;
  readonly text: string;
  readonly at: number; // ms since 1970, when it was made
  readonly attachments: readonly string[]; // ids of files
  readonly parent?: number; // the seq of what it answers
  readonly error?: Refused; // why it "failed"; absent: it waits
}

/** A message of ours that the log does not hold yet. */
export interface Pending extends Waiting {
  readonly state: "sending" | "sent" | "failed";
  readonly seq?: number; // known once it is "sent"
}

export interface RoomLog {
  /** Our own user id: only our messages can answer a pending one. */
  readonly me: string;
  /** The highest seq applied; -1 before the room was joined. */
  readonly last: number;
  /** Messages from this seq to `last` are here; with hasAfter: to that of the newest one here. */
  readonly first: number;
  /** Whether the log holds messages before `first`. */
  readonly hasBefore: boolean;
  /** Whether this is a part of the log from further back: between it and what is live there are others. */
  readonly hasAfter: boolean;
  /** Whether a page of history was read since the join. */
  readonly loaded: boolean;
  /** Ascending by seq, without doubles. */
  readonly messages: readonly NewMessage[];
  /** The newest events that changed others, ascending: a page that was read before one of them may come after it. */
  readonly changes: readonly LogEvent[];
  /** What changed members and settings while we were there, ascending by seq. */
  readonly notes: readonly Note[];
  readonly pending: readonly Pending[];
  /** Why what was here had to be dropped, until the reader was told. */
  readonly reset: string | undefined;
}

export type LogAction =
  | { type: "joined"; lastSeq: number }
  | { type: "kept"; messages: readonly NewMessage[]; hasBefore: boolean }
  | { type: "events"; events: readonly LogEvent[] }
  | { type: "page"; before: number; messages: readonly NewMessage[]; hasBefore: boolean }
  | { type: "newer"; after: number; messages: readonly NewMessage[]; hasAfter: boolean }
  | { type: "reset"; reason: string; lastSeq: number }
  | { type: "reset_seen" }
  | { type: "trim"; keep: number }
  | { type: "forget" }
  | { type: "outbox"; waiting: readonly Waiting[] }
  | { type: "sent"; clientId: string; seq: number };

export function emptyLog(me: string): RoomLog {
  return { me, last: -1, first: 0, hasBefore: false, hasAfter: false, loaded: false, messages: [], changes: [], notes: [], pending: [], reset: undefined };
}

export function reduceLog(log: RoomLog, action: LogAction): RoomLog {
  switch (action.type) {
    case "joined":
      return log.last >= 0 ? log : startAt(log, action.lastSeq);
    case "kept":
      return log.last >= 0 ? log : withKept(log, action.messages, action.hasBefore);
    case "events":
      return applyAll(log, action.events);
    case "page":
      return prepend(log, action.before, action.messages, action.hasBefore);
    case "newer":
      return append(log, action.after, action.messages, action.hasAfter);
    case "reset":
      return { ...startAt(log, action.lastSeq), reset: action.reason };
    case "reset_seen":
      return { ...log, reset: undefined };
    case "trim":
      return trim(log, action.keep);
    case "forget":
      return log.last < 0 ? log : startAt(log, log.last);
    case "outbox":
      return { ...log, pending: withWaiting(log, action.waiting) };
    case "sent":
      return settle(sent(log, action.clientId, action.seq));
  }
}

/** A part of a log from further back, of a page that does not reach what the log has. It is reduced as the log is. */
export function partOf(log: RoomLog, page: readonly NewMessage[], hasBefore: boolean): RoomLog {
  const messages = applyChanges(page, log.changes, log.me);
  return { ...emptyLog(log.me), last: log.last, first: messages[0]?.seq ?? 0, hasBefore, hasAfter: true, loaded: true, messages, changes: log.changes };
}

/** The seq of the newest message here; 0: there is none. */
export function endOf(log: RoomLog): number {
  return log.messages.at(-1)?.seq ?? 0;
}

/** What this browser has kept, until the log begins. */
function withKept(log: RoomLog, messages: readonly NewMessage[], hasBefore: boolean): RoomLog {
  return { ...log, first: messages[0]?.seq ?? 0, hasBefore, loaded: messages.length > 0, messages, pending: without(log, messages) };
}

/** What is on its way but for what is among messages. */
function without(log: RoomLog, messages: readonly NewMessage[]): readonly Pending[] {
  const own = new Set(messages.filter((m) => m.author === log.me).map((m) => m.clientId));
  return log.pending.filter((p) => !own.has(p.clientId));
}

function startAt(log: RoomLog, lastSeq: number): RoomLog {
  return settle({
    ...log,
    last: lastSeq,
    first: lastSeq + 1,
    hasBefore: lastSeq > 0,
    hasAfter: false,
    loaded: lastSeq === 0,
    messages: [],
    changes: [],
    notes: [],
  });
}

function applyAll(log: RoomLog, events: readonly LogEvent[]): RoomLog {
  if (log.last < 0) return log; // the join's answer says where to begin
  let { last } = log;
  const arrived: NewMessage[] = [];
  const changes: LogEvent[] = [];
  const notes: Note[] = [];
  for (const event of events) {
    if (event.seq <= last) continue;
    last = event.seq;
    if ("target" in event) changes.push(event);
    if (log.hasAfter) continue; // what is new is not of this part
    if (event.event === "new_message") arrived.push(event);
    else if (event.event === "member_updated" || event.event === "room_updated") notes.push(event);
  }
  if (last === log.last) return log;
  const messages = arrived.length === 0 ? log.messages : [...log.messages, ...arrived];
  return settle({
    ...log,
    last,
    messages: applyChanges(messages, changes, log.me),
    changes: changes.length === 0 ? log.changes : [...log.changes, ...changes].slice(-KEEP_CHANGES),
    notes: notes.length === 0 ? log.notes : [...log.notes, ...notes].slice(-KEEP_NOTES),
    pending: without(log, arrived),
  });
}

/** Changes the messages that events are about, if they are here; history brings the others as they are by then. */
function applyChanges(messages: readonly NewMessage[], events: readonly LogEvent[], me: string): readonly NewMessage[] {
  let result = messages;
  for (const event of events) {
    if (!("target" in event)) continue;
    const at = result.findIndex((message) => message.seq === event.target);
    const message = result[at];
    if (message) result = result.with(at, changed(message, event, me));
  }
  return result;
}

/** A message as an event about it makes it. */
export function changed(message: NewMessage, event: LogEvent, me: string): NewMessage {
  if (message.deleted) return message;
  switch (event.event) {
    case "message_deleted":
      return blanked(message);
    case "message_updated":
      // Without a text: the message is gone by now, and where it was erased no other event says so.
      return event.text === undefined ? blanked(message) : { ...message, text: event.text, editedAt: event.timestamp };
    case "reaction_updated":
      return { ...message, reactions: reacted(message.reactions ?? {}, event, me) };
    default:
      return message;
  }
}

/** A message without its content, as history has it then: blanked of rooms/event.go. */
function blanked(message: NewMessage): NewMessage {
  const { editedAt: _, reactions: __, mentions: ___, attachments: ____, ...rest } = message;
  return { ...rest, text: "", deleted: true };
}

/** The counts are the event's; which of them are ours, only our own events change. */
function reacted(before: Reactions, event: ReactionUpdated, me: string): Reactions {
  const after = Object.create(null) as Record<string, Reaction>;
  for (const [emoji, count] of Object.entries(event.counts)) {
    const isOurChange = event.author === me && emoji === event.emoji;
    after[emoji] = { count, me: isOurChange ? event.on : before[emoji]?.me === true };
  }
  return after;
}

/** Drops pending messages whose number is reached: the log has them. */
function settle(log: RoomLog): RoomLog {
  const pending = log.pending.filter((p) => p.seq === undefined || p.seq > log.last);
  return pending.length === log.pending.length ? log : { ...log, pending };
}

function prepend(log: RoomLog, before: number, page: readonly NewMessage[], hasBefore: boolean): RoomLog {
  if (before !== log.first) return log; // a page from before a reset or a trim
  const older: readonly NewMessage[] = page.filter((message) => message.seq < log.first);
  const first = older[0]?.seq ?? log.first;
  return {
    ...log,
    first,
    loaded: true,
    hasBefore: hasBefore && older.length > 0,
    messages: [...applyChanges(older, log.changes, log.me), ...log.messages],
    pending: without(log, older),
  };
}

function append(log: RoomLog, after: number, page: readonly NewMessage[], hasAfter: boolean): RoomLog {
  if (!log.hasAfter || after !== endOf(log)) return log; // a page of another part
  const newer = page.filter((message) => message.seq > after);
  return { ...log, hasAfter, messages: [...log.messages, ...applyChanges(newer, log.changes, log.me)] };
}

function trim(log: RoomLog, keep: number): RoomLog {
  if (log.messages.length <= keep) return log;
  const messages = log.messages.slice(-keep);
  return { ...log, messages, first: messages[0]?.seq ?? log.last + 1, hasBefore: true };
}

/** What the outbox holds, and what was acked but is not in the log, in the order it was made. */
function withWaiting(log: RoomLog, waiting: readonly Waiting[]): readonly Pending[] {
  const ids = new Set(waiting.map((one) => one.clientId));
  const acked = log.pending.filter((p) => p.state === "sent" && !ids.has(p.clientId));
  const known = new Set(log.pending.map((p) => p.clientId));
  // The log may have it before its answer comes, and a page that was left never got one.
  const isLogged = (clientId: string) => !known.has(clientId) && log.messages.some((m) => m.clientId === clientId && m.author === log.me);
  const held = waiting.filter((one) => !isLogged(one.clientId)).map((one): Pending => ({ ...one, state: one.error === undefined ? "sending" : "failed" }));
  return [...acked, ...held].sort((a, b) => a.at - b.at);
}

function sent(log: RoomLog, clientId: string, seq: number): RoomLog {
  return { ...log, pending: log.pending.map((p) => (p.clientId === clientId ? { ...p, state: "sent", seq } : p)) };
}
