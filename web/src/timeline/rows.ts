// Messages as they stand on the page: by day, and within a day in groups of one sender.

import type { Attachment } from "../attachments/attachment";
import { filesText } from "../attachments/words";
import type { Refused } from "../chat/asking";
import type { ShownReactions } from "../chat/reacting";
import type { NewMessage } from "../protocol";
import type { Note, Pending, RoomLog } from "./log";

/** Messages of one sender closer than this stand in one group, in ms. */
export const GROUP_WINDOW_MS = 5 * 60_000;

/** What one bubble shows: a message of the log, or one of ours on its way. */
export interface Item {
  /** Stays the same when a pending message becomes one of the log, so that its bubble does. */
  key: string;
  seq: number; // 0: not known yet
  author: string;
  authorName: string;
  text: string;
  attachments: readonly Attachment[];
  /** Whom it names: user ids, MENTION_ROOM. */
  mentions: readonly string[];
  at: number; // ms since 1970
  deleted: boolean;
  editedAt: number; // ms since 1970; 0: never
  parent: number; // the seq of what it answers; 0: nothing
  replies: number; // how many answers there are to it
  reactions: ShownReactions;
  own: boolean;
  state: "logged" | "sending" | "failed";
  clientId?: string;
  error?: Refused;
  /** It is no message, but says what changed here. */
  note?: Note;
}

export interface Group {
  key: string;
  author: string;
  authorName: string;
  own: boolean;
  items: Item[];
  /** Stands alone, without items. */
  note?: Note;
}

export interface Day {
  key: string; // the date in the viewer's timezone, yyyy-mm-dd
  at: number;
  groups: Group[];
}

export function logItem(message: NewMessage, me: string): Item {
  return {
    // A clientId is unique for its author only.
    key: message.clientId === undefined ? `s${message.seq}` : `c${message.author}/${message.clientId}`,
    seq: message.seq,
    author: message.author,
    authorName: message.authorName || message.author,
    text: message.text,
    mentions: message.mentions ?? [],
    attachments: message.attachments ?? [],
    at: Date.parse(message.timestamp) || 0,
    deleted: message.deleted === true,
    editedAt: Date.parse(message.editedAt ?? "") || 0,
    parent: message.parent ?? 0,
    replies: message.replies ?? 0,
    reactions: message.reactions ?? {},
    own: message.author === me,
    state: "logged",
  };
}

/** One of ours that the log does not hold yet. */
export function pendingItem(pending: Pending, me: string, myName: string): Item {
  return {
    key: `c${me}/${pending.clientId}`,
    seq: 0,
    author: me,
    authorName: myName,
    text: pending.text || filesText(pending.attachments.length),
    mentions: [],
    attachments: [],
    at: pending.at,
    deleted: false,
    editedAt: 0,
    parent: pending.parent ?? 0,
    replies: 0,
    reactions: {},
    own: true,
    state: pending.state === "failed" ? "failed" : pending.state === "sent" ? "logged" : "sending",
    clientId: pending.clientId,
    ...(pending.error === undefined ? {} : { error: pending.error }),
  };
}

/** The messages of a log, and what is on its way. made: what was made of messages before: what did not change is the same, and costs nothing. counted: where answers are counted, if not in this log. */
export function itemsOf(log: RoomLog, pending: readonly Pending[], myName: string, made: WeakMap<NewMessage, Item>, counted = log): Item[] {
  const answers = answersIn(counted);
  const itemOf = (message: NewMessage): Item => {
    // Of a part of the log not all answers are here.
    const replies = Math.max(answers.get(message.seq) ?? 0, log.hasAfter || counted !== log ? (message.replies ?? 0) : 0);
    const before = made.get(message);
    if (before?.replies === replies) return before;
    const item = { ...(before ?? logItem(message, log.me)), replies };
    made.set(message, item);
    return item;
  };
  return [...log.messages.map(itemOf), ...pending.map((p) => pendingItem(p, log.me, myName))];
}

/** How many answers there are to each message. Answers stand behind what they answer: where the log goes to its end, all of them are here. */
function answersIn(log: RoomLog): Map<number, number> {
  const answers = new Map<number, number>();
  for (const { parent, deleted } of log.messages) if (parent !== undefined && !deleted) answers.set(parent, (answers.get(parent) ?? 0) + 1);
  return answers;
}

/** Messages with what changed between them, by seq; what is on its way stays last. A note has no time of its own: it stands where the message before it does. */
export function withNotes(items: readonly Item[], notes: readonly Note[], fallbackAt: number): Item[] {
  const all: Item[] = [];
  let next = 0;
  const put = (below: number) => {
    for (let note = notes[next]; note && note.seq < below; note = notes[++next]) {
      all.push({
        key: `n${note.seq}`, seq: note.seq, author: note.author, authorName: "", text: "", mentions: [], attachments: [], at: all.at(-1)?.at ?? items[0]?.at ?? fallbackAt,
        deleted: false, editedAt: 0, parent: 0, replies: 0, reactions: {}, own: false, state: "logged", note,
      });
    }
  };
  for (const item of items) {
    put(item.seq > 0 ? item.seq : Number.POSITIVE_INFINITY);
    all.push(item);
  }
  put(Number.POSITIVE_INFINITY);
  return all;
}

/**
 * Gives groups the keys they had when they were grouped before, whatever came before or behind their messages: their elements
 * stay. before: the group's key of each message; it returns that of now.
 */
export function keepKeys(days: readonly Day[], before: ReadonlyMap<string, string>): Map<string, string> {
  const keys = new Map<string, string>();
  const used = new Set<string>();
  for (const group of days.flatMap((day) => day.groups)) {
    const had = group.items.map((item) => before.get(item.key)).find((key) => key !== undefined && !used.has(key));
    let key = had ?? group.key;
    while (used.has(key)) key += "+"; // another one has taken it with it
    group.key = key;
    used.add(key);
    for (const item of group.items) keys.set(item.key, key);
  }
  return keys;
}

/** The date of a moment in the timezone of this browser. */
export function dayKey(at: number): string {
  const date = new Date(at);
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** dayKey, of many moments of which most are of one day with the one before. */
function dayKeys(): (at: number) => string {
  let [key, start, end] = ["", 0, 0];
  return (at) => {
    if (at >= start && at < end) return key;
    const date = new Date(at);
    start = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    end = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
    key = dayKey(at);
    return key;
  };
}

/** Groups items, given in the order they are shown. breakBefore: a seq that begins a new group, 0: none. */
export function groupByDay(items: readonly Item[], breakBefore = 0): Day[] {
  const days: Day[] = [];
  const keyAt = dayKeys();
  let previous: Item | undefined;
  for (const item of items) {
    const key = keyAt(item.at);
    let day = days.at(-1);
    if (!day || (day.key !== key && item.at >= day.at)) {
      // Keyed by its first message too: clocks of other programs may go back a day and forth.
      day = { key: days.some((d) => d.key === key) ? `${key}/${item.key}` : key, at: item.at, groups: [] };
      days.push(day);
      previous = undefined;
    }
    if (item.note) {
      day.groups.push({ key: item.key, author: item.author, authorName: "", own: false, items: [], note: item.note });
      previous = undefined;
      continue;
    }
    const group = day.groups.at(-1);
    if (group && previous && joins(previous, item) && !(breakBefore > 0 && item.seq === breakBefore)) group.items.push(item);
    else day.groups.push({ key: item.key, author: item.author, authorName: item.authorName, own: item.own, items: [item] });
    previous = item;
  }
  return days;
}

function joins(previous: Item, item: Item): boolean {
  return (
    previous.author === item.author &&
    previous.authorName === item.authorName &&
    Math.abs(item.at - previous.at) < GROUP_WINDOW_MS
  );
}
