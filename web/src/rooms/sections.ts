// The list of rooms in its parts: what is unread first, then people, then rooms.

/** What a room's place in the list depends on. */
export interface Placed {
  readonly id: string;
  readonly isDirect: boolean;
  readonly unread: number;
  readonly mentions: number;
  readonly activity: number; // ms since 1970
}

export interface Section<T> {
  readonly key: "unread" | "direct" | "rooms";
  readonly rooms: readonly T[];
}

/**
 * Sorts rooms into sections, each by activity, the newest first; empty ones are left out. The open room stays in its
 * own section while it is read: it would jump away under the pointer.
 */
export function sectionsOf<T>(rooms: readonly T[], placeOf: (room: T) => Placed, openId: string | undefined): Section<T>[] {
  const placed = rooms.map((room) => ({ room, place: placeOf(room) }));
  placed.sort((a, b) => b.place.activity - a.place.activity || a.place.id.localeCompare(b.place.id));
  const isUnread = ({ place }: { place: Placed }) => place.unread > 0 && place.id !== openId;
  const parts = {
    unread: placed.filter(isUnread).sort((a, b) => Number(b.place.mentions > 0) - Number(a.place.mentions > 0)),
    direct: placed.filter((one) => !isUnread(one) && one.place.isDirect),
    rooms: placed.filter((one) => !isUnread(one) && !one.place.isDirect),
  };
  return (["unread", "direct", "rooms"] as const).map((key) => ({ key, rooms: parts[key].map(({ room }) => room) })).filter((section) => section.rooms.length > 0);
}
