// The page's types and the client module's against the server's answers: what they name must be what comes.

import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodePage, isFields } from "../client/src/wire.js";
import { decodeProfile } from "../client/src/wire-people.js";
import { decodeReady } from "../client/src/wire-ready.js";
import { decodeRead, decodeReadState, decodeReceipts } from "../client/src/wire-rooms.js";
import { DEFAULT_MAX_TEXT_LENGTH } from "../src/protocol";
import { decodeError, decodeLogEvent, decodeMessages } from "../src/protocol-decode";
import { decodeInvitation, decodeMember, decodeRoom } from "../src/protocol-rooms";
import { Server } from "./server";

const ACK_MS = 10_000;

let server: Server;
let socket: Socket;
let ready: Record<string, unknown>;

beforeAll(async () => {
  server = await Server.start();
  socket = io(server.url, { auth: { token: server.token("ann", "Ann") }, reconnection: false });
  ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    socket.once("ready", resolve);
    socket.once("connect_error", reject);
  });
});
afterAll(async () => {
  socket.disconnect();
  await server.remove();
});

const ask = (event: string, payload: unknown): Promise<Record<string, unknown>> => socket.timeout(ACK_MS).emitWithAck(event, payload);

/** The objects of an answer's list. */
const list = (answer: Record<string, unknown>, name: string) => (answer[name] as unknown[]).filter(isFields);

const isMessage = { id: expect.stringMatching(/^[0-9a-f]{24}$/), roomId: "typed", seq: 1, text: "hi", author: "ann", authorName: "Ann", timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), clientId: "c1" };

test("ready", () => {
  expect(ready).toMatchObject({
    user: { id: "ann", name: "Ann", roles: [] },
    logId: expect.any(String),
    rooms: [],
    limits: { maxTextLength: DEFAULT_MAX_TEXT_LENGTH, maxDataBytes: expect.any(Number), maxPayload: expect.any(Number), maxPageEvents: expect.any(Number), maxFileSize: expect.any(Number) },
    serverTime: expect.stringMatching(/Z$/),
  });
  expect(decodeReady(ready)).toMatchObject({ user: { id: "ann" }, rooms: [], limits: { maxTextLength: DEFAULT_MAX_TEXT_LENGTH }, serverTime: ready["serverTime"] });
});

test("join, send, the live event, history and sync", async () => {
  const live = new Promise<unknown>((resolve) => socket.once("new_message", resolve));
  expect(await ask("join_room", { roomId: "typed" })).toEqual({ ok: true, room: expect.objectContaining({ id: "typed", name: "typed", type: "public" }), lastSeq: 0, events: [], more: false });
  expect(await ask("send_message", { roomId: "typed", text: "hi", clientId: "c1" })).toMatchObject({ ok: true, id: isMessage.id, seq: 1, timestamp: isMessage.timestamp });
  expect(decodeLogEvent("new_message", await live)).toEqual({ event: "new_message", ...isMessage });

  const history = await ask("get_history", { roomId: "typed", before: 2, limit: 50 });
  expect(history).toMatchObject({ ok: true, hasBefore: false, hasAfter: false });
  expect(decodeMessages(history["messages"])).toEqual([isMessage]);

  const rooms = (await ask("sync", { rooms: { typed: 0 } }))["rooms"] as Record<string, Record<string, unknown>>;
  expect(rooms["typed"]).toMatchObject({ more: false, lastSeq: 1 });
  expect(decodePage(rooms["typed"]).events.map((event) => decodeLogEvent(event.event, event))).toEqual([{ event: "new_message", ...isMessage }]);
  expect((await ask("join_room", { roomId: "typed", since: 9 }))["reset"]).toEqual({ reason: "ahead" });
});

test("errors", async () => {
  const refused = decodeError((await ask("send_message", { roomId: "typed", text: "" }))["error"]);
  expect(refused).toMatchObject({ code: "BAD_REQUEST", retryable: false, field: "text" });
  expect(decodeError((await ask("no_such_event", {}))["error"])?.code).toBe("UNKNOWN_EVENT");

  const stranger = io(server.url, { auth: { token: "x" }, reconnection: false, forceNew: true });
  const error = await new Promise<Error & { data?: unknown }>((resolve) => stranger.once("connect_error", resolve));
  expect(decodeError(error.data)?.code).toBe("UNAUTHENTICATED");
  stranger.disconnect();
});

test("the list of rooms", async () => {
  const response = await fetch(`${server.url}/api/rooms?limit=100`, { headers: { Authorization: `Bearer ${server.token("ann", "Ann")}` } });
  const { rooms, more } = (await response.json()) as { rooms: Record<string, unknown>[]; more: boolean };
  expect(more).toBe(false);
  expect(rooms.find((room) => room["id"] === "typed")).toMatchObject({ id: "typed", name: "typed", type: "public", lastSeq: 1, last: isMessage });
});

test("rooms, members, what is read, invitations and people", async () => {
  const live: Promise<unknown>[] = ["room_added", "member_updated", "read_updated"].map((event) => new Promise((resolve) => socket.once(event, resolve)));
  const made = decodeRoom((await ask("create_room", { name: "Typed", type: "private", topic: "t", clientId: "room1" }))["room"]);
  expect(made).toMatchObject({ name: "Typed", type: "private", topic: "t", role: "owner", readOnly: false, slowModeMs: 0, archived: false, receipts: false });
  const roomId = made?.id ?? "";
  const added = (await live[0]) as Record<string, unknown>;
  expect({ ...added, room: decodeRoom(added["room"]) }).toEqual({ room: made, author: "ann" });
  await ask("join_room", { roomId });
  expect(await ask("set_member", { roomId, userId: "bo", role: "reader" })).toEqual({ ok: true, seq: 2 });
  expect(decodeLogEvent("member_updated", await live[1])).toEqual({ event: "member_updated", roomId, seq: 2, userId: "bo", role: "reader", author: "ann" });
  expect(list(await ask("list_members", { roomId }), "members").map(decodeMember)).toEqual([{ userId: "ann", role: "owner" }, { userId: "bo", role: "reader" }]);
  expect(decodeReadState(await ask("mark_read", { roomId, seq: 2 }))).toEqual({ readSeq: 2, unread: 0, mentions: 0 });
  expect(decodeRead((await live[2]) as Record<string, unknown>)).toEqual({ roomId, userId: "ann", seq: 2, unread: 0, mentions: 0 });

  const updated = new Promise<unknown>((resolve) => socket.once("room_updated", resolve));
  expect(decodeRoom((await ask("update_room", { roomId, slowModeMs: 5000, receipts: true }))["room"])).toMatchObject({ slowModeMs: 5000, receipts: true });
  expect(decodeLogEvent("room_updated", await updated)).toMatchObject({ event: "room_updated", roomId, seq: 3, name: "Typed", slowModeMs: 5000, receipts: true, author: "ann" });
  expect(decodeReceipts((await ask("list_receipts", { roomId }))["receipts"])).toContainEqual({ userId: "ann", seq: 2, deliveredSeq: 2 });

  expect(await ask("create_invitation", { roomId, role: "member", expiresInMs: 60_000, maxUses: 3 })).toMatchObject({ ok: true, token: expect.any(String) });
  expect(list(await ask("list_invitations", { roomId }), "invitations").map(decodeInvitation)).toMatchObject([{ role: "member", author: "ann", maxUses: 3, uses: 0, expiresAt: expect.stringMatching(/Z$/) }]);
  expect(list(await ask("get_users", { userIds: ["ann"] }), "users").map(decodeProfile)).toEqual([{ id: "ann", name: "Ann" }]);

  const again = io(server.url, { auth: { token: server.token("ann", "Ann") }, reconnection: false, forceNew: true });
  const told = await new Promise<Record<string, unknown>>((resolve) => again.once("ready", resolve));
  expect(decodeReady(told).rooms?.find((room) => room.id === roomId)).toEqual({ id: roomId, name: "Typed", type: "private", role: "owner", lastSeq: 3, readSeq: 2, unread: 0, mentions: 0 });
  again.disconnect();
});
