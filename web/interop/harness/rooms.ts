import type { Socket } from "socket.io-client";
import { expect } from "vitest";
import { ask, client, must, next, type Answer, type Room } from "./client";
import { Server, type Store } from "./server";
import { tokenFor, type Claims } from "./token";
import { within } from "./wait";

/** Two instances on one database; the embedded store has one, which stands for both. */
export async function instances(store: Store, ...flags: string[]): Promise<[Server, Server]> {
  const one = await Server.start(store, ...flags);
  return [one, store.database ? await Server.start(store, ...flags) : one];
}

/** Anything that the server told a socket. */
export type Heard = { event: string } & Record<string, unknown>;

/** What is of no room, and comes in its own time. */
const OF_NO_ROOM = new Set(["notification", "presence_updated"]);

/** Keeps what a socket is told of rooms from now on, in order. */
export function hear(socket: Socket): Heard[] {
  const heard: Heard[] = [];
  socket.onAny((event: string, payload: Record<string, unknown>) => {
    if (!OF_NO_ROOM.has(event)) heard.push({ ...payload, event });
  });
  return heard;
}

/** What ready says of one's rooms. */
export interface MyRoom {
  id: string;
  name: string;
  type: string;
  role: string;
  userId?: string;
  lastSeq: number;
  readSeq: number;
  unread: number;
  mentions: number;
}

/** A new socket of a user, whose token may have claims, and the rooms that its ready tells. */
export async function arrive(url: string, sub: string, claims: Claims = {}): Promise<{ socket: Socket; rooms: MyRoom[] }> {
  const socket = client(url, sub, { auth: { token: tokenFor(sub, claims) }, transports: ["websocket"] });
  const { rooms } = await within(`${sub} is ready`, next<{ rooms: MyRoom[] }>(socket, "ready"));
  return { socket, rooms };
}

export const enter = async (url: string, sub: string, claims: Claims = {}): Promise<Socket> => (await arrive(url, sub, claims)).socket;

export async function createRoom(socket: Socket, room: { id?: string; type?: string; name?: string; topic?: string; clientId?: string } = {}): Promise<Room> {
  return (await must(socket, "create_room", { name: "A room", type: "private", ...room })).room;
}

/** Sets a role; gives the seq. */
export async function setMember(socket: Socket, roomId: string, userId: string, role: string | null, bannedUntil?: string): Promise<number> {
  return (await must(socket, "set_member", { roomId, userId, role, ...(bannedUntil && { bannedUntil }) })).seq;
}

export async function listRooms(socket: Socket, query: object = {}): Promise<{ rooms: Room[]; more: boolean }> {
  const answer: unknown = await must(socket, "list_rooms", query);
  return answer as { rooms: Room[]; more: boolean };
}

export const say = async (socket: Socket, roomId: string, text: string): Promise<number> => (await must(socket, "send_message", { roomId, text })).seq;

/** Asks for what must be refused; gives the refusal. */
export async function refused(socket: Socket, event: string, payload: object, code: string, more: { field?: string; reason?: string } = {}): Promise<NonNullable<Answer["error"]>> {
  const { error } = await ask(socket, event, payload);
  const what = `${event} ${JSON.stringify(payload).slice(0, 200)}`;
  expect(error, what).toMatchObject({ code, ...(Object.keys(more).length > 0 && { details: more }) });
  if (!error) throw new Error(`${what} is not refused`);
  return error;
}

/** A time to come, as a ban is given. */
export const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
