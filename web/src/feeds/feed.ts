// One feed as this page holds it: where it stands and what came. Pure: the store
// (feeds.ts) turns what the connection says into these actions.

import type { ChatError } from "../../client/src/index";
import type { Operation, StreamEvent } from "../protocol";
import { isFields } from "../protocol-decode";

/** Events kept of one feed, and the most characters they may have together. The oldest go. */
export const KEEP_EVENTS = 500;
export const KEEP_CHARACTERS = 5_000_000;

/** What a feed was opened with. */
export interface Asked {
  vars: Readonly<Record<string, unknown>>;
  initial: boolean;
}

export type FeedStatus =
  | { kind: "idle" }
  | { kind: "opening" }
  | { kind: "open" }
  | { kind: "reconnecting" }
  | { kind: "closed"; reason: string }
  | { kind: "refused"; error: ChatError };

/** What a change does; "change" where its declaration took that out. */
export type Kind = Operation | "change";

/** An event as it is kept: as text, which is smaller than what it says. */
export interface Change {
  kind: Kind;
  key: string; // of the document, for people; empty: not told
  preview: string; // what it says of the document, as far as one line holds; empty: nothing
  text: string; // the change as JSON, without spaces
  skipped: boolean; // it was too large for the database to send
}

/** What is to be known, by its key of the catalogue. */
export type Note = "reopened" | "reopenedLate" | "wereThere" | "noneMatches";

/** A line of the list: a change, or what is to be known about those around it. */
export type Entry = { n: number; at: number; change: Change } | { n: number; at: number; note: Note };

export interface Feed {
  readonly status: FeedStatus;
  readonly asked: Asked | undefined;
  /** Where to go on; undefined: nothing came that has a place in the stream. */
  readonly after: string | undefined;
  /** The initial documents have all come, or were not asked for. */
  readonly complete: boolean;
  readonly paused: boolean;
  /** Newest first: what is shown, and what came while that was paused. */
  readonly shown: readonly Entry[];
  readonly held: readonly Entry[];
  /** Since it was opened or cleared, whether still kept or not. */
  readonly counts: Readonly<Partial<Record<Kind, number>>>;
  /** The number of the next line. */
  readonly next: number;
}

export type FeedAction =
  | { type: "opening"; asked: Asked; goOn: boolean }
  | { type: "opened"; at: number }
  | { type: "events"; events: readonly StreamEvent[]; at: number }
  | { type: "lost" }
  | { type: "closed"; reason: string }
  | { type: "refused"; error: ChatError }
  | { type: "placeLost" }
  | { type: "stopped" }
  | { type: "paused"; on: boolean }
  | { type: "cleared" };

export const newFeed: Feed = {
  status: { kind: "idle" },
  asked: undefined,
  after: undefined,
  complete: true,
  paused: false,
  shown: [],
  held: [],
  counts: {},
  next: 1,
};

/** Reasons after which the last place in the stream is no place any more. */
const lostPlaces = new Set(["removed", "dropped", "history_lost"]);

export function reduceFeed(feed: Feed, action: FeedAction): Feed {
  switch (action.type) {
    case "opening": {
      const { asked, goOn } = action;
      if (goOn) return { ...feed, status: { kind: "opening" } };
      return { ...newFeed, next: feed.next, status: { kind: "opening" }, asked, complete: !asked.initial };
    }
    case "opened":
      return opened(feed, action.at);
    case "events":
      return withEvents(feed, action.events, action.at);
    case "lost":
      return isLive(feed) ? { ...feed, status: { kind: "reconnecting" } } : feed;
    case "closed":
      return { ...feed, status: { kind: "closed", reason: action.reason }, after: lostPlaces.has(action.reason) ? undefined : feed.after };
    case "refused":
      return { ...feed, status: { kind: "refused", error: action.error } };
    case "placeLost":
      return { ...feed, after: undefined };
    case "stopped":
      return { ...feed, status: { kind: "idle" } };
    case "paused":
      if (action.on) return { ...feed, paused: true };
      return { ...feed, paused: false, held: [], shown: keep([...feed.held, ...feed.shown]) };
    case "cleared":
      return { ...feed, shown: [], held: [], counts: {} };
  }
}

/** Whether it is open, or will be by itself. */
export function isLive({ status }: Feed): boolean {
  return status.kind === "opening" || status.kind === "open" || status.kind === "reconnecting";
}

/** How many changes came since it was opened or cleared. */
export function received({ counts }: Feed): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** How many of them are not kept any more. */
export function forgotten(feed: Feed): number {
  const kept = [...feed.shown, ...feed.held].filter((entry) => "change" in entry).length;
  return received(feed) - kept;
}

function opened(feed: Feed, at: number): Feed {
  const open: Feed = { ...feed, status: { kind: "open" } };
  if (feed.shown.length === 0 && feed.held.length === 0) return open;
  if (feed.after !== undefined) return withNote(open, at, "reopened");
  return withNote(open, at, "reopenedLate");
}

function withEvents(feed: Feed, events: readonly StreamEvent[], at: number): Feed {
  let { next, complete } = feed;
  let after = feed.after;
  const counts = { ...feed.counts };
  const fresh: Entry[] = [];
  for (const event of events) {
    after = event.after ?? after;
    if (event.change["ready"] === true && event.change["operationType"] === undefined) {
      complete = true;
      fresh.push({ n: next++, at, note: counts.initial ? "wereThere" : "noneMatches" });
      continue;
    }
    const change = changeOf(event.change);
    counts[change.kind] = (counts[change.kind] ?? 0) + 1;
    fresh.push({ n: next++, at, change });
  }
  return add({ ...feed, next, complete, after, counts }, fresh.reverse());
}

function withNote(feed: Feed, at: number, note: Note): Feed {
  return add({ ...feed, next: feed.next + 1 }, [{ n: feed.next, at, note }]);
}

function add(feed: Feed, fresh: readonly Entry[]): Feed {
  if (fresh.length === 0) return feed;
  if (feed.paused) return { ...feed, held: keep([...fresh, ...feed.held]) };
  return { ...feed, shown: keep([...fresh, ...feed.shown]) };
}

/** The newest that fit; at least one, however large. */
function keep(entries: readonly Entry[]): readonly Entry[] {
  let characters = 0;
  const end = entries.findIndex((entry, i) => {
    characters += "change" in entry ? entry.change.text.length : 0;
    return i >= KEEP_EVENTS || (i > 0 && characters > KEEP_CHARACTERS);
  });
  return end < 0 ? entries : entries.slice(0, end);
}

const kinds: readonly unknown[] = ["insert", "update", "replace", "delete", "initial"] satisfies Kind[];

export function changeOf(change: Readonly<Record<string, unknown>>): Change {
  const operation = change["operationType"];
  return {
    kind: kinds.includes(operation) ? (operation as Kind) : "change",
    key: keyText(change["documentKey"]),
    preview: previewText(change),
    text: JSON.stringify(change),
    skipped: typeof change["skipped"] === "string",
  };
}

/** A document's key in one line: its _id alone where there is nothing else, and no more of that than is needed. */
export function keyText(key: unknown): string {
  if (!isFields(key)) return "";
  const parts = Object.entries(key);
  if (parts.length === 1 && parts[0]?.[0] === "_id") return plainText(parts[0][1]);
  return parts.map(([name, value]) => `${name}: ${plainText(value)}`).join(", ");
}

/** The most of a document that its line shows, in characters. */
const MAX_PREVIEW = 160;

/** The fields that an update changed, else those of the document, in one line. */
export function previewText(change: Readonly<Record<string, unknown>>): string {
  const description = change["updateDescription"];
  const fields = (isFields(description) ? description["updatedFields"] : undefined) ?? change["fullDocument"];
  if (!isFields(fields)) return "";
  let text = "";
  for (const [name, value] of Object.entries(fields)) {
    if (name === "_id") continue;
    text += `${text && ", "}${name}: ${plainText(value)}`;
    if (text.length > MAX_PREVIEW) return `${text.slice(0, MAX_PREVIEW)}…`;
  }
  return text;
}

function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  if (isFields(value) && typeof value["$oid"] === "string") return value["$oid"];
  return JSON.stringify(value) ?? "";
}
