// Reports, the audit log, rooms and people as the wire brings them, made typed or refused.

import type { Page, Profile, RoomRow } from "../protocol";
import { decodeMessage, isFields } from "../protocol-decode";
import { decodeRoom } from "../protocol-rooms";

type Fields = Record<string, unknown>;

export const REPORT_STATES = ["open", "resolved", "dismissed"] as const;
export type ReportState = (typeof REPORT_STATES)[number];

/** A message that somebody has shown to those who moderate its room. */
export interface Report {
  readonly id: string;
  readonly roomId: string;
  readonly seq: number;
  readonly author: string;
  readonly reporter: string;
  readonly reason: string;
  readonly timestamp: string;
  readonly state: ReportState;
  readonly doneBy?: string;
  readonly doneAt?: string;
}

/** One thing that a moderator, an owner or an admin did. */
export interface AuditEntry {
  readonly id: string;
  readonly timestamp: string;
  readonly actor: string;
  readonly action: string;
  readonly roomId?: string;
  readonly userId?: string;
  readonly seq?: number;
  readonly details: Readonly<Fields>;
}

export function decodeReport(value: unknown): Report | undefined {
  if (!isFields(value)) return undefined;
  const { id, roomId, seq, author, reporter, reason, timestamp, state, doneBy, doneAt } = value;
  if (typeof id !== "string" || typeof roomId !== "string" || typeof seq !== "number" || typeof author !== "string") return undefined;
  return {
    id,
    roomId,
    seq,
    author,
    reporter: textOf(reporter),
    reason: textOf(reason),
    timestamp: textOf(timestamp),
    state: REPORT_STATES.find((known) => known === state) ?? "open",
    ...(typeof doneBy === "string" && { doneBy }),
    ...(typeof doneAt === "string" && { doneAt }),
  };
}

export function decodeAuditEntry(value: unknown): AuditEntry | undefined {
  if (!isFields(value)) return undefined;
  const { id, timestamp, actor, action, roomId, userId, seq, details } = value;
  if (typeof id !== "string" || typeof actor !== "string" || typeof action !== "string") return undefined;
  return {
    id,
    timestamp: textOf(timestamp),
    actor,
    action,
    ...(typeof roomId === "string" && { roomId }),
    ...(typeof userId === "string" && { userId }),
    ...(typeof seq === "number" && { seq }),
    details: isFields(details) ? details : {},
  };
}

export function decodeRoomRow(value: unknown): RoomRow | undefined {
  const room = decodeRoom(value);
  if (!room || !isFields(value)) return undefined;
  const { lastSeq } = value;
  const last = decodeMessage(value["last"]);
  return { ...room, lastSeq: typeof lastSeq === "number" ? lastSeq : 0, ...(last && { last }) };
}

export function decodeProfile(value: unknown): Profile | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  return { id: value["id"], name: textOf(value["name"]), ...(value["disabled"] === true && { disabled: true as const }) };
}

/** A page whose list has this name; undefined when the answer is none. */
export function decodeList<T>(answer: unknown, name: string, decode: (value: unknown) => T | undefined): Page<T> | undefined {
  if (!isFields(answer)) return undefined;
  const list: unknown = answer[name];
  if (!Array.isArray(list)) return undefined;
  return { items: list.map(decode).filter((item) => item !== undefined), more: answer["more"] === true };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
