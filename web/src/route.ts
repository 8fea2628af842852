// The address bar: "/" is the list, "/#invite=<token>" an invitation, "/rooms/<id>" an open room, "/rooms/<id>/<seq>" a message
// there, "/feeds?stream=<name>" an
// open feed, "/admin/<part>?room=<id>" a screen of those who moderate.

import { batch, signal } from "@preact/signals";
import { ROOM_ID_PATTERN } from "./protocol";

/** The id of the open room; undefined at "/" and among the feeds. */
export const openRoomId = signal<string | undefined>(roomOfPath(location.pathname));

/** A message that was asked for. An object, so that the same one can be asked for again. */
export interface AskedMessage {
  readonly roomId: string;
  readonly seq: number;
}

/** The message the address names; undefined: none. */
export const askedMessage = signal<AskedMessage | undefined>(messageOfPath(location.pathname));

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
  show(roomOfPath(location.pathname), feedOfAddress(location), adminOfAddress(location), messageOfPath(location.pathname));
});

export function invitationLink(token: string): string {
  return `${location.origin}/#invite=${encodeURIComponent(token)}`;
}

export function roomPath(roomId: string): string {
  return `/rooms/${encodeURIComponent(roomId)}`;
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

/** Opens a room, or the list. replace: the way back leads past this place. */
export function goTo(roomId: string | undefined, replace = false): void {
  if (roomId === openRoomId.peek() && openFeed.peek() === undefined && openAdmin.peek() === undefined && askedMessage.peek() === undefined) return;
  const path = roomId === undefined ? "/" : roomPath(roomId);
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  show(roomId, undefined);
}

/** Shows a message in its room. */
export function goToMessage(roomId: string, seq: number): void {
  const path = messagePath(roomId, seq);
  if (location.pathname !== path) history.pushState(null, "", path);
  show(roomId, undefined, undefined, { roomId, seq });
}

/** The room itself is looked at again, and no message of it: the way back leads to where one came from. */
export function forgetMessage(): void {
  const asked = askedMessage.peek();
  if (!asked) return;
  history.replaceState(history.state, "", roomPath(asked.roomId));
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
    const id = decodeURIComponent(match[1]);
    return ROOM_ID_PATTERN.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
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

function show(roomId: string | undefined, feed: string | undefined, admin?: AdminPlace, message?: AskedMessage): void {
  batch(() => {
    askedMessage.value = message;
    openRoomId.value = roomId;
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
