// The protocol as the page sees it: web/docs/protocol.md in types. Everything that
// comes from outside and everything that goes out is typed here and nowhere else.

import type { Attachment } from "./attachments/attachment";

/** The limits a text is held to when the server does not tell its own. */
export const DEFAULT_MAX_TEXT_LENGTH = 8000; // code points

/** What a room id may look like. */
export const ROOM_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,128}$/;

export interface User {
  id: string;
  name: string;
  roles: string[];
}

/** What one may do in a room, from the least; the table of Rights in web/docs/protocol.md. */
export const ROLES = ["reader", "member", "moderator", "owner"] as const;
export type Role = (typeof ROLES)[number];

export type RoomType = "public" | "private" | "direct";

/** What update_room changes. */
export interface RoomSettings {
  name: string;
  topic: string;
  readOnly: boolean;
  slowModeMs: number; // between two messages of one member; 0: no bound
  archived: boolean;
  receipts: boolean;
  pins: string; // the seqs of the pinned messages, joined by commas
}

export interface Room extends RoomSettings {
  id: string;
  type: RoomType;
  /** What we may do there; undefined: nothing of our own. */
  role: Role | undefined;
  /** The other one of a direct room; ourselves where it is our notes. */
  userId?: string;
}

export const MAX_ROOM_NAME = 128; // code points
export const MAX_ROOM_TOPIC = 1000; // code points
export const MAX_REPORT_REASON = 1000; // code points
export const MAX_OWN_NAME = 64; // code points
export const MIN_PASSWORD = 8; // code points
export const MAX_PASSWORD = 256; // code points

/** Among a message's mentions: everybody in the room. */
export const MENTION_ROOM = "@room";

/** A message, live or from history; the wire's `new_message`. */
export interface NewMessage {
  id: string;
  roomId: string;
  seq: number;
  text: string;
  author: string;
  authorName?: string;
  timestamp: string; // RFC 3339, UTC, milliseconds
  clientId?: string;
  parent?: number; // the seq of the message it answers
  replies?: number; // of history: how many answers there are to it
  mentions?: readonly string[]; // user ids, MENTION_ROOM
  deleted?: boolean;
  editedAt?: string; // as timestamp
  reactions?: Reactions;
  attachments?: Attachment[];
}

/** One emoji on a message: how many users have set it, and whether we are one of them. */
export interface Reaction {
  count: number;
  me: boolean;
}

/** By emoji, in the order of first use. */
export type Reactions = Readonly<Record<string, Reaction>>;

/** A message was given another text; without one the message was deleted or erased since. */
export interface MessageUpdated {
  roomId: string;
  seq: number;
  target: number;
  text?: string;
  timestamp: string;
}

export interface MessageDeleted {
  roomId: string;
  seq: number;
  target: number;
}

export interface ReactionUpdated {
  roomId: string;
  seq: number;
  target: number;
  emoji: string;
  author: string; // who set it, or took it back
  on: boolean;
  counts: Readonly<Record<string, number>>; // after this, in the order of first use
}

/** Somebody's role changed; undefined: he is out. */
export interface MemberUpdated {
  roomId: string;
  seq: number;
  userId: string;
  role: Role | undefined;
  bannedUntil?: string; // as timestamp
  author: string;
}

export interface RoomUpdated extends RoomSettings {
  roomId: string;
  seq: number;
  author: string;
  /** What was so before, as far as this page knew; not of the wire. */
  before?: RoomSettings;
}

/**
 * An event of a room's log, replayed or live. Kinds that this page does not know yet
 * still take their number.
 */
export type LogEvent =
  | ({ event: "new_message" } & NewMessage)
  | ({ event: "message_updated" } & MessageUpdated)
  | ({ event: "message_deleted" } & MessageDeleted)
  | ({ event: "reaction_updated" } & ReactionUpdated)
  | ({ event: "member_updated" } & MemberUpdated)
  | ({ event: "room_updated" } & RoomUpdated)
  | { event: "void"; roomId: string; seq: number }
  | { event: "other"; roomId: string; seq: number };

export interface CreateRoom {
  name: string;
  type: "public" | "private";
  topic?: string;
  clientId: string;
}

export interface Member {
  userId: string;
  role: Role | undefined;
  bannedUntil?: string; // RFC 3339
}

export interface SetMember {
  roomId: string;
  userId: string;
  role?: Role | null; // null: out for good, unless bannedUntil says until when; absent: his own
  bannedUntil?: string | null; // null: not, or not any more
}

export interface Receipt {
  userId: string;
  seq: number; // he has read up to here
  deliveredSeq: number; // a device of his has it up to here: never below seq
}

export interface Invitation {
  id: string;
  role: Role | undefined;
  author: string;
  expiresAt: string;
  maxUses: number; // 0: no bound
  uses: number;
}

export interface CreateInvitation {
  roomId: string;
  role: "member" | "reader";
  expiresInMs: number;
  maxUses: number;
}

/** Somebody as everybody sees him. */
export interface Profile {
  readonly id: string;
  readonly name: string; // may be empty
  readonly disabled?: true; // told to admins alone
  /** Set by hand: "dnd", or, told to himself alone, "invisible". */
  readonly status?: string;
}

/** A page of a list. */
export interface Page<T> {
  items: T[];
  more: boolean;
}

// Live feeds

export type Operation = "insert" | "update" | "replace" | "delete" | "initial";

export type VarType = "string" | "int" | "long" | "double" | "bool" | "date" | "objectId";

/** A variable of a declared stream. */
export interface StreamVar {
  type: VarType;
  required: boolean;
  /** As JSON brings it; undefined: none. */
  fallback?: unknown;
  /** Taken from the token, and never set by a client. */
  fromToken: boolean;
}

/** A declared stream, as far as it is shown to whoever may open it. */
export interface Declaration {
  /** "posts/all", or "all" where no one collection is watched. */
  name: string;
  /** Empty: of a database or of the deployment. */
  collection: string;
  watches: "collection" | "database" | "deployment";
  operations: readonly Operation[];
  /** Undefined: none are declared, and what its stages name are strings. */
  vars: Readonly<Record<string, StreamVar>> | undefined;
  /** Shown to admins only. */
  stages: unknown;
}

/** One event of an open stream. after is absent where it has no place in the stream: the initial documents. */
export interface StreamEvent {
  change: Readonly<Record<string, unknown>>;
  after?: string;
}

// REST

export interface AuthMethods {
  accounts: boolean;
  guests: boolean;
}

export interface SignedIn {
  token: string;
  user: User;
}

/** A room of the list. */
export interface RoomRow extends Room {
  lastSeq: number;
  last?: NewMessage;
}
