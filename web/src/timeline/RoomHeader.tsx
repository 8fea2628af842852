import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { useServerNow } from "../chat/useServerNow";
import type { Part } from "../details/RoomPanel";
import { t } from "../i18n/en/timeline";
import { Avatar, RoomMark } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";
import { presenceText, WithPresence } from "../ui/Presence";

/** How often "5 min ago" is read anew, in ms. */
const AGO_EVERY_MS = 30_000;

interface RoomHeaderProps {
  chat: Chat;
  room: RoomState;
  onMenu: () => void;
  /** Undefined: there is nothing more to see of it. */
  onDetails: ((first: Part) => void) | undefined;
}

export function RoomHeader({ chat, room, onMenu, onDetails }: RoomHeaderProps) {
  const { topic, type, userId, pins } = room.info.value;
  const name = room.name.value;
  const now = useServerNow(chat, AGO_EVERY_MS);
  const other = type === "direct" && userId !== undefined && userId !== chat.user.id ? userId : undefined;
  const presence = other === undefined ? undefined : chat.presences.of(other);
  const line = topic || presenceText(presence, now);
  return (
    <header class="room-head">
      <MenuButton onClick={onMenu} />
      {type === "direct" ? (
        <WithPresence presence={presence}>
          <Avatar id={userId ?? room.id} name={name} />
        </WithPresence>
      ) : (
        <RoomMark id={room.id} name={name} />
      )}
      <div class="room-head-text">
        <h1>
          {type === "private" && (
            <span class="room-head-lock">
              <Icon name="lock" size={16} />
              <span class="hidden">{t("privateRoom")} </span>
            </span>
          )}
          <bdi>{name}</bdi>
        </h1>
        {line && (
          <p dir="auto" title={line}>
            {line}
          </p>
        )}
      </div>
      {onDetails && (
        <div class="room-head-more">
          {pins !== "" && (
            <button type="button" class="button-icon" aria-label={t("pinnedMessages")} title={t("pinnedMessages")} aria-haspopup="dialog" onClick={() => onDetails("pins")}>
              <Icon name="pin" />
            </button>
          )}
          <button type="button" class="button-icon" aria-label={t("roomDetails")} title={t("roomDetails")} aria-haspopup="dialog" onClick={() => onDetails(type === "direct" ? "files" : "about")}>
            <Icon name="info" />
          </button>
        </div>
      )}
    </header>
  );
}
