// The address bar: "/" is the list, "/#invite=<token>" an invitation, "/rooms/<id>" an open room, "/rooms/<id>/<seq>" a message
// there, with "?thread=<seq>" the answers to one beside it, "/feeds?stream=<name>" an open feed, "/admin/<part>?room=<id>" a screen of those who moderate.

import { batch, signal } from "@preact/signals";
import { ROOM_ID_PATTERN } from "./protocol";

/** Stands for a dot in the address of a room whose name is dots alone. */
const DOT = "%2E";

/** The id of the open room; undefined at "/" and among the feeds. */
export const openRoomId = signal<string | undefined>(roomOfPath(location.pathname));

/** The address is that of a room, and no room can be called so. */
export const namesNoRoom = signal(isOddRoom(location.pathname));

/** A message that was asked for. An object, so that the same one can be asked for again. */
export interface AskedMessage {
  readonly roomId: string;
  readonly seq: number;
}

/** Narrower than this the answers to a message cover its room; src/styles/threads.css says the same. */
export const THREAD_COVERS_QUERY = "(max-width: 1119.98px)";

/** The message the address names; undefined: none. */
export const askedMessage = signal<AskedMessage | undefined>(messageOfPath(location.pathname));

/** The message whose answers are shown beside the room; undefined: none. */
export const openThread = signal<AskedMessage | undefined>(threadOfAddress(location));

/** The name of the open feed, empty where none is open yet; undefined: this is the chat. */
export const openFeed = signal<string | undefined>(feedOfAddress(location));

/** A screen of moderators and admins. */
export interface AdminPlace {
  /** Which one; empty: the first. */
  part: string;
  /** The room it is about; undefined: all of them. */
  roomId: string | undefined;
}

/** The open one of those screens; undefined: none is. */
export const openAdmin = signal<AdminPlace | undefined>(adminOfAddress(location));

/** The token of the invitation somebody came by; undefined: none. It stands behind the #, which is sent to no server. */
export const invitation = signal<string | undefined>(takeInvitation());

window.addEventListener("hashchange", () => {
  invitation.value = takeInvitation() ?? invitation.peek();
});

window.addEventListener("popstate", () => {
  show(roomOfPath(location.pathname), feedOfAddress(location), adminOfAddress(location), messageOfPath(location.pathname), threadOfAddress(location));
});

export function invitationLink(token: string): string {
  return `${location.origin}/#invite=${encodeURIComponent(token)}`;
}

/** Rooms may be called "." and "..", which are steps of an address however they are escaped: they are escaped twice. */
export function roomPath(roomId: string): string {
  return `/rooms/${encodeURIComponent(/^\.{1,2}$/.test(roomId) ? roomId.replaceAll(".", DOT) : roomId)}`;
}

export function messagePath(roomId: string, seq: number): string {
  return `${roomPath(roomId)}/${seq}`;
}

/** What somebody else is given to come to a message. */
export function messageLink(roomId: string, seq: number): string {
  return location.origin + messagePath(roomId, seq);
}

export function feedPath(name: string): string {
  return name === "" ? "/feeds" : `/feeds?${new URLSearchParams({ stream: name })}`;
}

export function adminPath({ part, roomId }: AdminPlace): string {
  const query = roomId === undefined ? "" : `?${new URLSearchParams({ room: roomId })}`;
  return `/admin${part === "" ? "" : `/${part}`}${query}`;
}

/** The answers to a message, with or without its room's place. */
export function threadPath(roomId: string, seq: number): string {
  return `${roomPath(roomId)}?${new URLSearchParams({ thread: String(seq) })}`;
}

/** Opens a room, or the list. replace: the way back leads past this place. */
export function goTo(roomId: string | undefined, replace = false): void {
  if (roomId === openRoomId.peek() && openFeed.peek() === undefined && openAdmin.peek() === undefined && askedMessage.peek() === undefined && openThread.peek() === undefined) return;
  const path = roomId === undefined ? "/" : roomPath(roomId);
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  show(roomId, undefined);
}

/** Shows a message in its room. Answers that are shown there stay, unless they cover it. */
export function goToMessage(roomId: string, seq: number, coversRoom = matchMedia(THREAD_COVERS_QUERY).matches): void {
  const before = openThread.peek();
  const thread = before?.roomId === roomId && !coversRoom ? before : undefined;
  const path = messagePath(roomId, seq) + (thread ? location.search : "");
  if (location.pathname + location.search !== path) history.pushState(null, "", path);
  show(roomId, undefined, undefined, { roomId, seq }, thread);
}

/** Shows the answers to a message beside its room. */
export function goToThread(roomId: string, seq: number): void {
  const open = openThread.peek();
  if (open?.roomId === roomId && open.seq === seq) return;
  history.pushState(null, "", threadPath(roomId, seq));
  show(roomId, undefined, undefined, undefined, { roomId, seq });
}

/** The room itself is looked at again, and no answers. */
export function closeThread(): void {
  if (!openThread.peek()) return;
  history.replaceState(history.state, "", location.pathname);
  openThread.value = undefined;
}

/** The room itself is looked at again, and no message of it: the way back leads to where one came from. */
export function forgetMessage(): void {
  const asked = askedMessage.peek();
  if (!asked) return;
  history.replaceState(history.state, "", roomPath(asked.roomId) + location.search);
  askedMessage.value = undefined;
}

/** Opens a feed; with an empty name the list of them. */
export function goToFeed(name: string): void {
  if (name === openFeed.peek()) return;
  history.pushState(null, "", feedPath(name));
  show(undefined, name);
}

export function goToAdmin(place: AdminPlace): void {
  const open = openAdmin.peek();
  if (open && adminPath(open) === adminPath(place)) return;
  history.pushState(null, "", adminPath(place));
  show(undefined, undefined, place);
}

export function roomOfPath(path: string): string | undefined {
  const match = /^\/rooms\/([^/]+)(?:\/\d+)?\/?$/.exec(path);
  if (!match?.[1]) return undefined;
  try {
    const step = decodeURIComponent(match[1]);
    const id = /^(%2E){1,2}$/.test(step) ? step.replaceAll(DOT, ".") : step;
    return ROOM_ID_PATTERN.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a path is below that of the rooms, and names none. */
export function isOddRoom(path: string): boolean {
  return path.startsWith("/rooms/") && roomOfPath(path) === undefined;
}

export function messageOfPath(path: string): AskedMessage | undefined {
  const roomId = roomOfPath(path);
  const seq = Number(/^\/rooms\/[^/]+\/(\d+)\/?$/.exec(path)?.[1] ?? 0);
  return roomId !== undefined && Number.isSafeInteger(seq) && seq > 0 ? { roomId, seq } : undefined;
}

export function feedOfAddress({ pathname, search }: { pathname: string; search: string }): string | undefined {
  if (!/^\/feeds\/?$/.test(pathname)) return undefined;
  return new URLSearchParams(search).get("stream") ?? "";
}

export function adminOfAddress({ pathname, search }: { pathname: string; search: string }): AdminPlace | undefined {
  const match = /^\/admin(?:\/([a-z]*))?\/?$/.exec(pathname);
  if (!match) return undefined;
  const room = new URLSearchParams(search).get("room");
  return { part: match[1] ?? "", roomId: room !== null && ROOM_ID_PATTERN.test(room) ? room : undefined };
}

export function threadOfAddress({ pathname, search }: { pathname: string; search: string }): AskedMessage | undefined {
  const roomId = roomOfPath(pathname);
  const seq = Number(/^\d+$/.exec(new URLSearchParams(search).get("thread") ?? "")?.[0] ?? 0);
  return roomId !== undefined && Number.isSafeInteger(seq) && seq > 0 ? { roomId, seq } : undefined;
}

function show(roomId: string | undefined, feed: string | undefined, admin?: AdminPlace, message?: AskedMessage, thread?: AskedMessage): void {
  batch(() => {
    askedMessage.value = message;
    openThread.value = thread;
    openRoomId.value = roomId;
    namesNoRoom.value = isOddRoom(location.pathname);
    openFeed.value = feed;
    openAdmin.value = admin;
  });
}

/** Reads an invitation from the address, and takes it out: it shall not stay in the history. */
function takeInvitation(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("invite");
  if (token === null || token === "") return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
