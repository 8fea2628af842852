// The JSON routes this page uses.

import { decodeFoundPage, type FoundPage } from "./search/found";
import { decodeDeclaration, decodeError, decodeMessage, isFields } from "./protocol-decode";
import { decodeRoom } from "./protocol-rooms";
import { type AuthMethods, type Declaration, ProtocolError, type RoomPage, type RoomRow, type SignedIn } from "./protocol";

/** The longest wait for an answer, in milliseconds. A password check takes 0.1 s, a slow link seconds. */
const TIMEOUT_MS = 15_000;
/** How many pages of rooms are read at most, of 100 rooms each. */
const MAX_ROOM_PAGES = 5;
const ROOMS_A_PAGE = 100;

/** Calls a route and gives its answer, undefined where it has no body. What fails is a ProtocolError. */
export async function call(method: string, path: string, token?: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: "no-store",
    });
  } catch {
    throw new ProtocolError({ code: "UNAVAILABLE", message: "The server cannot be reached.", retryable: true });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const error = isFields(answer) ? decodeError(answer["error"]) : undefined;
  throw error ?? new ProtocolError({ code: "UNAVAILABLE", message: `The server answered ${response.status}.`, retryable: true });
}

export async function authMethods(): Promise<AuthMethods> {
  const answer = await call("GET", "/api/auth/methods");
  if (!isFields(answer)) throw unreadable();
  return { accounts: answer["accounts"] === true, guests: answer["guests"] === true };
}

export async function signInAsGuest(name: string): Promise<SignedIn> {
  return signedIn(await call("POST", "/api/auth/guest", undefined, name === "" ? {} : { name }));
}

export async function signIn(name: string, password: string): Promise<SignedIn> {
  return signedIn(await call("POST", "/api/auth/login", undefined, { name, password }));
}

export async function register(name: string, password: string): Promise<SignedIn> {
  return signedIn(await call("POST", "/api/auth/register", undefined, { name, password }));
}

/** Every room one may see, up to MAX_ROOM_PAGES pages. */
export async function listRooms(token: string): Promise<RoomRow[]> {
  const rows: RoomRow[] = [];
  for (let page = 0; page < MAX_ROOM_PAGES; page++) {
    const { rooms, more } = await roomPage(token, rows.at(-1)?.id);
    rows.push(...rooms);
    if (!more || rooms.length === 0) break;
  }
  return rows;
}

/** A page of the messages that hold some words, newest first, from `before` on. */
export async function searchMessages(token: string, what: { query: string; roomId: string | undefined; before: string | undefined }): Promise<FoundPage> {
  const query = new URLSearchParams({ query: what.query });
  if (what.roomId !== undefined) query.set("room", what.roomId);
  if (what.before !== undefined) query.set("before", what.before);
  const page = decodeFoundPage(await call("GET", `/api/search?${query}`, token));
  if (!page) throw unreadable();
  return page;
}

/** The declared streams one may open, by name. */
export async function listStreams(token: string): Promise<Declaration[]> {
  const answer = await call("GET", "/api/streams", token);
  if (!isFields(answer) || !Array.isArray(answer["streams"])) throw unreadable();
  return answer["streams"].map(decodeDeclaration).filter((declaration) => declaration !== undefined);
}

async function roomPage(token: string, after: string | undefined): Promise<RoomPage> {
  const query = new URLSearchParams({ limit: String(ROOMS_A_PAGE) });
  if (after !== undefined) query.set("after", after);
  const answer = await call("GET", `/api/rooms?${query}`, token);
  if (!isFields(answer) || !Array.isArray(answer["rooms"])) throw unreadable();
  const rooms = answer["rooms"].map(decodeRow).filter((row) => row !== undefined);
  return { rooms, more: answer["more"] === true };
}

function decodeRow(value: unknown): RoomRow | undefined {
  const room = decodeRoom(value);
  if (!room || !isFields(value)) return undefined;
  const row: RoomRow = { ...room, lastSeq: typeof value["lastSeq"] === "number" ? value["lastSeq"] : 0 };
  const last = decodeMessage(value["last"]);
  if (last) row.last = last;
  return row;
}

function signedIn(answer: unknown): SignedIn {
  if (!isFields(answer) || typeof answer["token"] !== "string" || !isFields(answer["user"])) throw unreadable();
  const { id, name, roles } = answer["user"];
  if (typeof id !== "string") throw unreadable();
  return {
    token: answer["token"],
    user: {
      id,
      name: typeof name === "string" && name !== "" ? name : id,
      roles: Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
    },
  };
}

export function unreadable(): ProtocolError {
  return new ProtocolError({ code: "INTERNAL", message: "The server's answer cannot be read.", retryable: true });
}
