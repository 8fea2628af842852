// What the screens of moderators and admins ask of the JSON routes. Every request fails with a ChatError.

import { pathOf } from "../../client/src/index";
import { call, unreadable } from "../api";
import type { Member, NewMessage, Page, Profile, Room, RoomRow, SetMember } from "../protocol";
import { decodeMessages, isFields } from "../protocol-decode";
import { decodeMember, decodeRoom } from "../protocol-rooms";
import type { Session } from "../session/session";
import { type AuditEntry, decodeAuditEntry, decodeList, decodeProfile, decodeReport, decodeRoomRow, type Report, type ReportState } from "./decode";

/** Reports a page has: each brings its message with what was said around it, which is asked for besides. */
const REPORTS_A_PAGE = 20;
const ENTRIES_A_PAGE = 50;
const ROWS_A_PAGE = 50;
/** Messages shown of a conversation: the reported one, and two on either side. */
const CONTEXT_MESSAGES = 5;

export interface AuditFilter {
  readonly roomId: string | undefined;
  readonly actor: string | undefined;
  readonly action: string | undefined;
}

export class AdminRequests {
  constructor(private readonly session: Session) {}

  /** Reports of a room, or of all, newest first, below the one given. */
  async reports(roomId: string | undefined, state: ReportState | undefined, below: Report | undefined): Promise<Page<Report>> {
    const query = queryOf({ state, before: below?.id, limit: String(REPORTS_A_PAGE) });
    return listOf(await this.ask("GET", `${ofRoom(roomId)}/reports?${query}`), "reports", decodeReport);
  }

  async decide(report: Report, state: ReportState): Promise<Report> {
    const answer = await this.ask("PUT", ofRoom(report.roomId) + pathOf("reports", report.id), { state });
    const decided = isFields(answer) ? decodeReport(answer["report"]) : undefined;
    if (!decided) throw unreadable();
    return decided;
  }

  /** What was said around a message, the oldest first. */
  async around(roomId: string, seq: number): Promise<NewMessage[]> {
    const query = queryOf({ around: String(seq), limit: String(CONTEXT_MESSAGES) });
    const answer = await this.ask("GET", `${ofRoom(roomId)}/messages?${query}`);
    if (!isFields(answer)) throw unreadable();
    return decodeMessages(answer["messages"]);
  }

  async deleteMessage(roomId: string, seq: number): Promise<void> {
    await this.ask("DELETE", `${ofRoom(roomId)}/messages/${seq}`);
  }

  async setMember({ roomId, userId, ...change }: SetMember): Promise<void> {
    await this.ask("PUT", ofRoom(roomId) + pathOf("members", userId), change);
  }

  /** The audit log of a room, or of everything, newest first, below the one given. */
  async audit({ roomId, actor, action }: AuditFilter, below: AuditEntry | undefined): Promise<Page<AuditEntry>> {
    const query = queryOf({ actor, action, before: below?.id, limit: String(ENTRIES_A_PAGE) });
    return listOf(await this.ask("GET", `${ofRoom(roomId)}/audit?${query}`), "entries", decodeAuditEntry);
  }

  async room(roomId: string): Promise<Room> {
    const answer = await this.ask("GET", ofRoom(roomId));
    const room = isFields(answer) ? decodeRoom(answer["room"]) : undefined;
    if (!room) throw unreadable();
    return room;
  }

  /** Every room there is but direct ones, by id; text: only those whose name or id holds it. */
  async rooms(text: string, after: RoomRow | undefined): Promise<Page<RoomRow>> {
    const query = queryOf({ all: "true", query: text === "" ? undefined : text, after: after?.id, limit: String(ROWS_A_PAGE) });
    return listOf(await this.ask("GET", `/api/rooms?${query}`), "rooms", decodeRoomRow);
  }

  async members(roomId: string, after: Member | undefined): Promise<Page<Member>> {
    const query = queryOf({ after: after?.userId, limit: String(ROWS_A_PAGE) });
    return listOf(await this.ask("GET", `${ofRoom(roomId)}/members?${query}`), "members", decodeMember);
  }

  /** Everybody who was here, by id; text: only those who have a word in their names that begins with it, or the id. */
  async people(text: string, after: Profile | undefined): Promise<Page<Profile>> {
    const query = queryOf({ query: text === "" ? undefined : text, after: after?.id, limit: String(ROWS_A_PAGE) });
    return listOf(await this.ask("GET", `/api/users?${query}`), "users", decodeProfile);
  }

  /** Keeps somebody out, whatever he shows, until he is enabled. */
  async disable(userId: string): Promise<void> {
    await this.ask("POST", ofUser(userId, "disable"));
  }

  /** Lets somebody in again, by what he is issued from now on. */
  async enable(userId: string): Promise<void> {
    await this.ask("POST", ofUser(userId, "enable"));
  }

  /** Ends whatever somebody is signed in with now. */
  async endSessions(userId: string): Promise<void> {
    await this.ask("POST", ofUser(userId, "revoke"));
  }

  /** Asks any route as the one who is signed in. */
  ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return call(method, path, this.session.token, body);
  }
}

/** Where the routes of one room begin, or those of all. */
export function ofRoom(roomId: string | undefined): string {
  return roomId === undefined ? "/api" : pathOf("api", "rooms", roomId);
}

function ofUser(userId: string, deed: "disable" | "enable" | "revoke"): string {
  return pathOf("api", "users", userId, deed);
}

/** A query of what is given. */
export function queryOf(given: Readonly<Record<string, string | undefined>>): URLSearchParams {
  return new URLSearchParams(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function listOf<T>(answer: unknown, name: string, decode: (value: unknown) => T | undefined): Page<T> {
  const page = decodeList(answer, name, decode);
  if (!page) throw unreadable();
  return page;
}
