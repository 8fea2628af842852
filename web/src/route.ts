// The address bar: "/" is the list, "/#invite=<token>" an invitation, "/rooms/<id>" an open room, "/feeds?stream=<name>" an open feed.

import { batch, signal } from "@preact/signals";
import { ROOM_ID_PATTERN } from "./protocol";

/** The id of the open room; undefined at "/" and among the feeds. */
export const openRoomId = signal<string | undefined>(roomOfPath(location.pathname));

/** The name of the open feed, empty where none is open yet; undefined: this is the chat. */
export const openFeed = signal<string | undefined>(feedOfAddress(location));

/** The token of the invitation somebody came by; undefined: none. It stands behind the #, which is sent to no server. */
export const invitation = signal<string | undefined>(takeInvitation());

window.addEventListener("hashchange", () => {
  invitation.value = takeInvitation() ?? invitation.peek();
});

window.addEventListener("popstate", () => show(roomOfPath(location.pathname), feedOfAddress(location)));

export function invitationLink(token: string): string {
  return `${location.origin}/#invite=${encodeURIComponent(token)}`;
}

export function roomPath(roomId: string): string {
  return `/rooms/${encodeURIComponent(roomId)}`;
}

export function feedPath(name: string): string {
  return name === "" ? "/feeds" : `/feeds?${new URLSearchParams({ stream: name })}`;
}

/** Opens a room, or the list. replace: the way back leads past this place. */
export function goTo(roomId: string | undefined, replace = false): void {
  if (roomId === openRoomId.peek() && openFeed.peek() === undefined) return;
  const path = roomId === undefined ? "/" : roomPath(roomId);
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  show(roomId, undefined);
}

/** Opens a feed; with an empty name the list of them. */
export function goToFeed(name: string): void {
  if (name === openFeed.peek()) return;
  history.pushState(null, "", feedPath(name));
  show(undefined, name);
}

export function roomOfPath(path: string): string | undefined {
  const match = /^\/rooms\/([^/]+)\/?$/.exec(path);
  if (!match?.[1]) return undefined;
  try {
    const id = decodeURIComponent(match[1]);
    return ROOM_ID_PATTERN.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

export function feedOfAddress({ pathname, search }: { pathname: string; search: string }): string | undefined {
  if (!/^\/feeds\/?$/.test(pathname)) return undefined;
  return new URLSearchParams(search).get("stream") ?? "";
}

function show(roomId: string | undefined, feed: string | undefined): void {
  batch(() => {
    openRoomId.value = roomId;
    openFeed.value = feed;
  });
}

/** Reads an invitation from the address, and takes it out: it shall not stay in the history. */
function takeInvitation(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("invite");
  if (token === null || token === "") return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
