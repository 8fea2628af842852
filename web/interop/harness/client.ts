import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { onTestFinished } from "vitest";
import { tokenFor } from "./token";
import { within } from "./wait";

/** The ways a stock client reaches a server; the last is its default. */
export const transports = [
  { name: "polling", transports: ["polling"] },
  { name: "websocket", transports: ["websocket"] },
  { name: "polling, then websocket", transports: ["polling", "websocket"] },
] as const;

export const WEBSOCKET = { transports: ["websocket"] };

type Options = Partial<ManagerOptions & SocketOptions>;

/** An official client of its own, signed in as `sub` unless the options say otherwise; closed after the test. */
export function client(url: string, sub: string, options: object = {}): Socket {
  const socket = io(url, { forceNew: true, auth: { token: tokenFor(sub) }, reconnectionDelay: 50, reconnectionDelayMax: 200, ...options } as Options);
  onTestFinished(() => void socket.disconnect());
  return socket;
}

/** The same, and connected: resolves with the socket after its `ready`. */
export async function connected(url: string, sub: string, options: object = {}): Promise<Socket> {
  const socket = client(url, sub, options);
  await within(`${sub} is ready`, next(socket, "ready"));
  return socket;
}

/** The next payload of an event; fails when the server refuses the connection meanwhile. */
export function next<T = Record<string, unknown>>(socket: Socket, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => {
      if (!socket.active) reject(error);
    };
    socket.on("connect_error", refused);
    socket.once(event, (payload: T) => {
      socket.off("connect_error", refused);
      resolve(payload);
    });
  });
}

/** What the server answers to an event. */
export interface Answer {
  ok?: true;
  id: string;
  seq: number;
  timestamp: string;
  duplicate?: true;
  room: Room;
  lastSeq: number;
  events: Replayed[];
  more: boolean;
  reset?: { reason: string };
  messages: Message[];
  pins: Message[];
  hasBefore: boolean;
  hasAfter: boolean;
  rooms: Record<string, { events: Replayed[]; more: boolean; lastSeq: number; reset?: { reason: string } }>;
  expiresAt: string;
  readSeq: number;
  unread: number;
  mentions: number;
  members: Member[];
  receipts: { userId: string; seq: number }[];
  invitation: Invitation;
  invitations: Invitation[];
  token: string;
  error?: { code: string; message: string; retryable: boolean; retryAfterMs?: number; details?: { field?: string; reason?: string } };
}

/** A room as its user sees it; lists add its end. */
export interface Room {
  id: string;
  name: string;
  type: string;
  topic: string;
  readOnly: boolean;
  slowModeMs: number;
  archived: boolean;
  receipts: boolean;
  role: string | null;
  userId?: string;
  lastSeq?: number;
  last?: Message;
}

export interface Member {
  userId: string;
  role: string | null;
  bannedUntil?: string;
}

export interface Invitation {
  id: string;
  roomId: string;
  role: string;
  author: string;
  createdAt: string;
  expiresAt: string;
  maxUses: number;
  uses: number;
}

/** new_message's payload. */
export interface Message {
  id: string;
  roomId: string;
  seq: number;
  text: string;
  author: string;
  authorName?: string;
  timestamp: string;
  clientId?: string;
  parent?: number;
  data?: Record<string, unknown>;
}

/** An event of the log as joins and syncs replay it. */
export type Replayed = Message & { event: string };

/** Emits and waits for the answer, whatever it says. */
export async function ask(socket: Socket, event: string, ...args: unknown[]): Promise<Answer> {
  return within(`an answer to ${event}`, new Promise<Answer>((resolve, reject) => emit(socket, event, args, resolve, reject)));
}

/**
 * Emits, and calls back in the moment the answer arrives: what a promise resolves to is
 * worked off only after events that came in behind the answer.
 */
export function emit(socket: Socket, event: string, args: unknown[], answered: (answer: Answer) => void, failed: (error: Error) => void): void {
  socket.emit(event, ...args, (...values: unknown[]) => {
    // A client with `retries` calls back with (error, answer), any other with (answer).
    const [last] = values.slice(-1);
    if (last instanceof Error) failed(last);
    else answered(last as Answer);
  });
}

/** The same, for answers that must be good. */
export async function must(socket: Socket, event: string, ...args: unknown[]): Promise<Answer> {
  const answer = await ask(socket, event, ...args);
  if (answer.ok !== true) throw new Error(`${event} was refused: ${JSON.stringify(answer)}`);
  return answer;
}
