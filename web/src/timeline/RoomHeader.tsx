import type { RoomState } from "../chat/room";
import { Avatar, RoomMark } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";

interface RoomHeaderProps {
  room: RoomState;
  onMenu: () => void;
  /** Undefined: there is nothing more to see of it. */
  onDetails: (() => void) | undefined;
}

export function RoomHeader({ room, onMenu, onDetails }: RoomHeaderProps) {
  const { topic, type, userId } = room.info.value;
  const name = room.name.value;
  return (
    <header class="room-head">
      <MenuButton onClick={onMenu} />
      {type === "direct" ? <Avatar id={userId ?? room.id} name={name} /> : <RoomMark id={room.id} name={name} />}
      <div class="room-head-text">
        <h1>
          {type === "private" && (
            <span class="room-head-lock">
              <Icon name="lock" size={16} />
              <span class="hidden">Private room </span>
            </span>
          )}
          <bdi>{name}</bdi>
        </h1>
        {topic && (
          <p dir="auto" title={topic}>
            {topic}
          </p>
        )}
      </div>
      {onDetails && type !== "direct" && (
        <button type="button" class="button-icon room-head-more" aria-label="Room details" title="Room details" aria-haspopup="dialog" onClick={onDetails}>
          <Icon name="info" />
        </button>
      )}
    </header>
  );
}
