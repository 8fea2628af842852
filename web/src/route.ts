// The address bar: "/" is the list, "/rooms/<id>" an open room.

import { signal } from "@preact/signals";
import { ROOM_ID_PATTERN } from "./protocol";

/** The id of the open room; undefined at "/". */
export const openRoomId = signal<string | undefined>(roomOfPath(location.pathname));

window.addEventListener("popstate", () => {
  openRoomId.value = roomOfPath(location.pathname);
});

export function roomPath(roomId: string): string {
  return `/rooms/${encodeURIComponent(roomId)}`;
}

/** Opens a room, or the list. replace: the way back leads past this place. */
export function goTo(roomId: string | undefined, replace = false): void {
  if (roomId === openRoomId.peek()) return;
  const path = roomId === undefined ? "/" : roomPath(roomId);
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  openRoomId.value = roomId;
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
