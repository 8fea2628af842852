// People, what is found, and what is reported, as they come from the server.

import { decodeMessage, decodeList, type Fields, isFields, isSeq, type Message, type Notification, decodeNotification, text } from "./wire.js";

/** A user as everybody sees him. */
export interface Profile {
  readonly id: string;
  readonly name: string;
  /** An https URL. */
  readonly avatar?: string;
  /** dnd or invisible, set by hand. */
  readonly status?: string;
}

/** How present a user is: online, idle, dnd, offline; invisible is told to himself only. */
export interface Presence {
  readonly userId: string;
  readonly status: "online" | "idle" | "dnd" | "invisible" | "offline" | (string & {});
  /** RFC 3339. */
  readonly lastSeen?: string;
  /** How many connections he has, where it was asked for. */
  readonly sockets?: number;
}

/** A message that was found. The texts of the snippet joined are a part of the message; `match` is what was looked for. */
export interface Found extends Message {
  readonly snippet: readonly { readonly text: string; readonly match: boolean }[];
}

export interface FoundPage {
  readonly messages: readonly Found[];
  readonly more: boolean;
  /** `before` of the page after this one. */
  readonly next?: string;
}

export interface Report {
  readonly id: string;
  readonly roomId: string;
  readonly seq: number;
  readonly author: string;
  readonly reporter: string;
  readonly reason: string;
  readonly timestamp: string;
  readonly state: "open" | "resolved" | "dismissed" | (string & {});
}

export interface NotificationPage {
  /** Newest first. */
  readonly notifications: readonly (Notification & { readonly read: boolean })[];
  readonly unread: number;
  readonly more: boolean;
}

export function decodeProfile(value: unknown): Profile | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  const { id, avatar, status } = value;
  return { id, name: text(value["name"]), ...(typeof avatar === "string" ? { avatar } : {}), ...(typeof status === "string" ? { status } : {}) };
}

export function decodePresence(value: Fields): Presence | undefined {
  const { userId, status, lastSeen, sockets } = value;
  if (typeof userId !== "string" || typeof status !== "string") return undefined;
  return { userId, status, ...(typeof lastSeen === "string" ? { lastSeen } : {}), ...(isSeq(sockets) ? { sockets } : {}) };
}

export function decodeFound(value: Fields): FoundPage {
  const found = (fields: Fields): Found | undefined => {
    if (!isSeq(fields["seq"])) return undefined;
    return { ...decodeMessage(fields), snippet: decodeList(fields["snippet"], (part) => ({ text: text(part["text"]), match: part["match"] === true })) };
  };
  const next = value["next"];
  return { messages: decodeList(value["messages"], found), more: value["more"] === true, ...(typeof next === "string" ? { next } : {}) };
}

export function decodeReport(value: unknown): Report | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  const { id, roomId, author, reporter, reason, timestamp, state } = value;
  return { id, roomId: text(roomId), seq: Number(value["seq"]), author: text(author), reporter: text(reporter), reason: text(reason), timestamp: text(timestamp), state: text(state) };
}

export function decodeNotifications(value: Fields): NotificationPage {
  const one = (fields: Fields): (Notification & { read: boolean }) | undefined => {
    const notification = decodeNotification(fields);
    return notification && { ...notification, read: fields["read"] === true };
  };
  return { notifications: decodeList(value["notifications"], one), unread: isSeq(value["unread"]) ? value["unread"] : 0, more: value["more"] === true };
}
