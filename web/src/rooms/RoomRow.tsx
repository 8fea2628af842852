import { filesText } from "../attachments/words";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/rooms";
import { t as timeline } from "../i18n/en/timeline";
import { numberText } from "../i18n/number";
import { plainText } from "../markdown/parse";
import { goTo, roomPath } from "../route";
import { Avatar, RoomMark } from "../ui/Avatar";
import { followHere } from "../ui/followHere";
import { Icon } from "../ui/Icon";
import { presenceText, WithPresence } from "../ui/Presence";
import { shortTime } from "../ui/time";

interface RoomRowProps {
  chat: Chat;
  room: RoomState;
  now: number;
  isOpen: boolean;
  onOpened: () => void;
}

/** One room of the list: its name, what was said last, and how much of it is unread. */
export function RoomRow({ chat, room, now, isOpen, onOpened }: RoomRowProps) {
  const { type, userId } = room.info.value;
  const me = chat.user.id;
  const name = room.name.value;
  const other = type === "direct" && userId !== undefined && userId !== me ? userId : undefined;
  const presence = other === undefined ? undefined : chat.presences.of(other);
  const last = room.preview.value;
  const unread = room.unread.value;
  const mentions = room.mentions.value;
  const muted = room.muted.value;
  return (
    <li>
      <a
        class={`room-row${unread > 0 && !muted ? " unread" : ""}`}
        href={roomPath(room.id)}
        aria-current={isOpen ? "page" : undefined}
        data-room={room.id}
        onClick={followHere(() => {
          goTo(room.id);
          onOpened();
        })}
      >
        {type === "direct" ? (
          <WithPresence presence={presence}>
            <Avatar id={userId ?? room.id} name={name} />
          </WithPresence>
        ) : (
          <RoomMark id={room.id} name={name} />
        )}
        <span class="room-row-text">
          <span class="room-row-line">
            {type === "private" && (
              <span class="room-row-lock">
                <Icon name="lock" size={14} />
                <span class="hidden">{timeline("privateRoom")} </span>
              </span>
            )}
            <bdi class="room-row-name">{name}</bdi>
            {presence && <span class="hidden">{presenceText(presence, now)}</span>}
            {last && <time dateTime={last.timestamp}>{shortTime(Date.parse(last.timestamp), now)}</time>}
          </span>
          <span class="room-row-line">
            <span class="room-row-preview" dir="auto">
              {previewOf(room, me)}
            </span>
            {muted && (
              <span class="room-row-muted">
                <Icon name="mute" size={16} />
                <span class="hidden">{t("muted")}</span>
              </span>
            )}
            {mentions > 0 && !muted && (
              <span class="badge badge-mention">
                <span aria-hidden="true">@{mentions > 1 ? countText(mentions) : ""}</span>
                <span class="hidden">{t("mentions", { count: mentions })}, </span>
              </span>
            )}
            {unread > 0 && !muted && (
              <span class="badge">
                {countText(unread)}
                <span class="hidden"> {t("unread", { count: unread })}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

/** The server counts no further. */
const MOST_COUNTED = 1000;

function countText(n: number): string {
  return n >= MOST_COUNTED ? t("most", { count: MOST_COUNTED - 1 }) : numberText(n);
}

function previewOf(room: RoomState, me: string): string {
  const pending = room.log.value.pending.at(-1);
  const last = room.preview.value;
  // What failed stays until its writer has seen to it: it does not hide what was said since.
  const isNewest = pending && (pending.state !== "failed" || pending.at >= (Date.parse(last?.timestamp ?? "") || 0));
  if (isNewest) {
    const waits = plainText(pending.text) || filesText(pending.attachments.length);
    return t(pending.state === "failed" ? "notSent" : "youSaid", { text: waits });
  }
  if (!last) return t("nothingSaid");
  const text = last.deleted ? t("deleted") : plainText(last.text).replace(/\s+/gu, " ") || filesText(last.attachments?.length ?? 0);
  if (last.author === me) return last.deleted ? t("youDeleted") : t("youSaid", { text });
  if (room.info.value.type === "direct") return text;
  const name = last.authorName || last.author;
  return last.deleted ? t("theyDeleted", { name }) : t("said", { name, text });
}
