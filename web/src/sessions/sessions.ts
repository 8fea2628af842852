// Where an account is signed in, as the server lists it. Every request fails with a ChatError.

import { ChatError, pathOf } from "../../client/src/index";
import { call, unreadable } from "../api";
import type { Page } from "../protocol";
import { isFields } from "../protocol-decode";
import type { Session } from "../session/session";

const PATH = "/api/users/me/sessions";

/** What a sign-in by password began, and what has not ended. Times are milliseconds since 1970, by the server's clock. */
export interface AccountSession {
  readonly id: string;
  readonly createdAt: number;
  /** When it was last used, exact to some minutes. */
  readonly seenAt: number;
  readonly expiresAt: number;
  /** The IP address of the sign-in. */
  readonly address?: string;
  /** What the program called itself then. */
  readonly agent?: string;
  /** It is the one that asks. */
  readonly isCurrent: boolean;
}

export class SessionRequests {
  constructor(private readonly session: Session) {}

  /** All of them, the one that asks first, then those that were used last. */
  async list(): Promise<Page<AccountSession>> {
    const answer = await this.ask("GET", PATH);
    const items = isFields(answer) ? decodeSessions(answer["sessions"]) : undefined;
    if (!items) throw unreadable();
    return { items, more: false };
  }

  /** Ends one. That it has ended already is what was wanted. */
  async end(id: string): Promise<void> {
    try {
      await this.ask("DELETE", PATH + pathOf(id));
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== "NOT_FOUND") throw error;
    }
  }

  /** Ends all but the one that asks. */
  async endOthers(): Promise<void> {
    await this.ask("DELETE", PATH);
  }

  private ask(method: string, path: string): Promise<unknown> {
    return call(method, path, this.session.token);
  }
}

/** Those that have not ended since they were listed. What was renewed is left behind, for a minute at most. now: by the server's clock. */
export function lasting(sessions: readonly AccountSession[], now: number): AccountSession[] {
  return sessions.filter(({ expiresAt }) => expiresAt > now);
}

/** Those that can be read, the one that asks first. Undefined: it is no list. */
export function decodeSessions(value: unknown): AccountSession[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const sessions = value.map(decodeSession).filter((session) => session !== undefined);
  return [...sessions.filter(({ isCurrent }) => isCurrent), ...sessions.filter(({ isCurrent }) => !isCurrent)];
}

function decodeSession(value: unknown): AccountSession | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  const { id, address, agent } = value;
  const createdAt = timeOf(value["createdAt"]);
  const seenAt = timeOf(value["seenAt"]);
  const expiresAt = timeOf(value["expiresAt"]);
  if (createdAt === undefined || seenAt === undefined || expiresAt === undefined) return undefined;
  return {
    id,
    createdAt,
    seenAt,
    expiresAt,
    ...(typeof address === "string" && { address }),
    ...(typeof agent === "string" && { agent }),
    isCurrent: value["current"] === true,
  };
}

function timeOf(value: unknown): number | undefined {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
