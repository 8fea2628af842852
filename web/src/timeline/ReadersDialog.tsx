import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/readers";
import { Avatar } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { type Named, reachedBy } from "./seen";

interface ReadersDialogProps {
  chat: Chat;
  room: RoomState;
  seq: number;
  onClose: () => void;
}

/** Who has read a message so far, and who has it unread; it follows. */
export function ReadersDialog({ chat, room, seq, onClose }: ReadersDialogProps) {
  const { readers, receivers } = reachedBy(chat, room, seq);
  return (
    <Dialog title={t("title")} onClose={onClose}>
      <p class="dialog-text" role="status">
        {readers.length === 0 ? t("nobody") : t("count", { count: readers.length })}
        {receivers.length > 0 && ` ${t("moreHaveIt", { count: receivers.length })}`}
      </p>
      <People label={t("title")} people={readers} />
      {receivers.length > 0 && (
        <>
          <h3 class="panel-title">{t("deliveredTo")}</h3>
          <People label={t("deliveredTo")} people={receivers} />
        </>
      )}
    </Dialog>
  );
}

function People({ label, people }: { label: string; people: readonly Named[] }) {
  return (
    <ul class="picks" aria-label={label}>
      {people.map(({ id, name }) => (
        <li key={id} class="pick">
          <Avatar id={id} name={name} />
          <bdi class="pick-name">{name}</bdi>
        </li>
      ))}
    </ul>
  );
}
