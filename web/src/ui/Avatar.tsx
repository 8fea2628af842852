import { hueOf, initials, roomInitials } from "./identity";

/** A round picture for a person; the name stands beside it, so it says nothing itself. */
export function Avatar({ id, name, small }: { id: string; name: string; small?: boolean }) {
  return (
    <span class={`avatar hue-${hueOf(id)}${small ? " avatar-small" : ""}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** A square one for a room. */
export function RoomMark({ id, name }: { id: string; name: string }) {
  return (
    <span class={`avatar room-mark hue-${hueOf(id)}`} aria-hidden="true">
      {roomInitials(name)}
    </span>
  );
}
