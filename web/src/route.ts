// The address bar: "/" is the list, "/rooms/<id>" an open room, "/feeds?stream=<name>" an open feed.

import { batch, signal } from "@preact/signals";
import { ROOM_ID_PATTERN } from "./protocol";

/** The id of the open room; undefined at "/" and among the feeds. */
export const openRoomId = signal<string | undefined>(roomOfPath(location.pathname));

/** The name of the open feed, empty where none is open yet; undefined: this is the chat. */
export const openFeed = signal<string | undefined>(feedOfAddress(location));

window.addEventListener("popstate", () => show(roomOfPath(location.pathname), feedOfAddress(location)));

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
