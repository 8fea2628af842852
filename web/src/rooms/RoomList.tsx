import { useComputed } from "@preact/signals";
import { activity, type Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/rooms";
import { t as ui } from "../i18n/en/ui";
import { openRoomId } from "../route";
import { RoomRow } from "./RoomRow";
import { sectionsOf } from "./sections";

/** Of so many rooms of one's own the server tells what is unread: the first ones by their ids. */
const MOST_COUNTED = 1_000;

const titles = { unread: "sectionUnread", direct: "sectionDirect", rooms: "sectionRooms" } as const;

interface RoomListProps {
  chat: Chat;
  now: number;
  onOpened: () => void;
  onNew: () => void;
}

/** The rooms one is in or may see, in sections. */
export function RoomList({ chat, now, onOpened, onNew }: RoomListProps) {
  const sections = useComputed(() => {
    const rooms = [...chat.rooms.value.values()].filter((room) => room.presence.value.kind !== "refused");
    return sectionsOf(rooms, placeOf, openRoomId.value);
  }).value;
  const isCut = useComputed(() => [...chat.rooms.value.values()].filter((room) => room.mine.value).length >= MOST_COUNTED).value;
  if (sections.length === 0) return <Empty listing={chat.listing.value} onRetry={() => void chat.readList()} onNew={onNew} />;
  return (
    <>
      {sections.map(({ key, rooms }) => (
        <section key={key} aria-labelledby={`rooms-${key}`} data-section={key}>
          <h2 id={`rooms-${key}`} class="room-section">
            {t(titles[key])}
          </h2>
          <ul>
            {rooms.map((room) => (
              <RoomRow key={room.id} chat={chat} room={room} now={now} isOpen={room.id === openRoomId.value} onOpened={onOpened} />
            ))}
          </ul>
        </section>
      ))}
      {isCut && <p class="room-list-note">{t("veryMany", { count: MOST_COUNTED })}</p>}
    </>
  );
}

function placeOf(room: RoomState) {
  return { id: room.id, isDirect: room.info.value.type === "direct", unread: room.muted.value ? 0 : room.unread.value, mentions: room.muted.value ? 0 : room.mentions.value, activity: activity(room) };
}

interface EmptyProps {
  listing: "loading" | "ready" | "failed";
  onRetry: () => void;
  onNew: () => void;
}

function Empty({ listing, onRetry, onNew }: EmptyProps) {
  if (listing === "loading") return <div class="spinner" role="status" aria-label={t("loading")} />;
  if (listing === "failed") {
    return (
      <div class="empty empty-small" role="alert">
        <p>{t("failed")}</p>
        <button type="button" class="button-plain" onClick={onRetry}>
          {ui("tryAgain")}
        </button>
      </div>
    );
  }
  return (
    <div class="empty empty-small">
      <p>{t("none")}</p>
      <button type="button" class="button-plain" onClick={onNew}>
        {t("createFirst")}
      </button>
    </div>
  );
}
