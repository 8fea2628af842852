import type { RoomState } from "../chat/room";
import { RoomMark } from "../ui/Avatar";
import { MenuButton } from "../ui/MenuButton";

export function RoomHeader({ room, onMenu }: { room: RoomState; onMenu: () => void }) {
  const { name, topic } = room.info.value;
  return (
    <header class="room-head">
      <MenuButton onClick={onMenu} />
      <RoomMark id={room.id} name={name} />
      <div class="room-head-text">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        {topic && (
          <p dir="auto" title={topic}>
            {topic}
          </p>
        )}
      </div>
    </header>
  );
}
