import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/readers";
import { Avatar } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { readersOf } from "./seen";

interface ReadersDialogProps {
  chat: Chat;
  room: RoomState;
  seq: number;
  onClose: () => void;
}

/** Who has read a message so far; it follows. */
export function ReadersDialog({ chat, room, seq, onClose }: ReadersDialogProps) {
  const readers = readersOf(chat, room, seq);
  return (
    <Dialog title={t("title")} onClose={onClose}>
      <p class="dialog-text" role="status">
        {readers.length === 0 ? t("nobody") : t("count", { count: readers.length })}
      </p>
      <ul class="picks" aria-label={t("title")}>
        {readers.map(({ id, name }) => (
          <li key={id} class="pick">
            <Avatar id={id} name={name} />
            <bdi class="pick-name">{name}</bdi>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
