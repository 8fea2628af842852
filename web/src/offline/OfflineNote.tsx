import type { RoomState } from "../chat/room";
import { Icon } from "../ui/Icon";

/** Says that what one sees was kept, and as of when. */
export function OfflineNote({ room }: { room: RoomState }) {
  const keptAt = room.keptAt.value;
  return (
    <div role="status">
      {keptAt !== undefined && (
        <p class="offline-note">
          <Icon name="clock" size={18} />
          <span>
            <strong>You are offline.</strong> These are the last messages kept in this browser, as of {new Date(keptAt).toLocaleString([], { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" })}. What you
            write is sent when there is a connection.
          </span>
        </p>
      )}
    </div>
  );
}
