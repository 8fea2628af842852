import { useComputed } from "@preact/signals";
import type { RoomState } from "../chat/room";
import { goTo, roomPath } from "../route";
import { RoomMark } from "../ui/Avatar";
import { isOwnClick } from "../ui/ownClick";
import { shortTime } from "../ui/time";

interface RoomRowProps {
  room: RoomState;
  me: string;
  now: number;
  isOpen: boolean;
  onOpened: () => void;
}

/** One room of the list: its name, what was said last, and how much of it is unread. */
export function RoomRow({ room, me, now, isOpen, onOpened }: RoomRowProps) {
  const { name } = room.info.value;
  const last = room.preview.value;
  const unread = useComputed(() => room.unread.value).value;
  const preview = previewOf(room, me);
  return (
    <li>
      <a
        class={`room-row${unread > 0 ? " unread" : ""}`}
        href={roomPath(room.id)}
        aria-current={isOpen ? "page" : undefined}
        data-room={room.id}
        onClick={(event) => {
          if (!isOwnClick(event)) return;
          event.preventDefault();
          goTo(room.id);
          onOpened();
        }}
      >
        <RoomMark id={room.id} name={name} />
        <span class="room-row-text">
          <span class="room-row-line">
            <bdi class="room-row-name">{name}</bdi>
            {last && <time dateTime={last.timestamp}>{shortTime(Date.parse(last.timestamp), now)}</time>}
          </span>
          <span class="room-row-line">
            <span class="room-row-preview" dir="auto">
              {preview}
            </span>
            {unread > 0 && (
              <span class="badge">
                {unread > 99 ? "99+" : unread}
                <span class="hidden"> unread</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

function previewOf(room: RoomState, me: string): string {
  const pending = room.log.value.pending.at(-1);
  if (pending) return pending.state === "failed" ? `Not sent: ${pending.text}` : `You: ${pending.text}`;
  const last = room.preview.value;
  if (!last) return "Nothing said yet";
  const who = last.author === me ? "You" : last.authorName || last.author;
  return `${who}: ${last.deleted ? "deleted a message" : last.text.replace(/\s+/gu, " ")}`;
}
