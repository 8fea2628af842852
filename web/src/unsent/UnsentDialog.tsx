import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { refusedText } from "../chat/asking";
import { t } from "../i18n/en/unsent";
import { goTo } from "../route";
import { copy } from "../ui/copy";
import { Dialog } from "../ui/Dialog";
import { dateAndTime, exactTime } from "../ui/time";
import { useToast } from "../ui/useToast";
import type { Unsent } from "./unsent";

interface UnsentDialogProps {
  chat: Chat;
  onOpened: () => void;
  onClose: () => void;
}

/** Every message that was refused for good: to be copied, discarded, or tried again in its room. */
export function UnsentDialog({ chat, onOpened, onClose }: UnsentDialogProps) {
  const { toast, say } = useToast();
  const list = useRef<HTMLUListElement>(null);
  const unsent = chat.unsent.value;
  useEffect(() => {
    if (unsent.length === 0) onClose();
  }, [unsent.length]);
  return (
    <Dialog title={t("title")} onClose={onClose}>
      <ul ref={list} class="unsent-list" tabIndex={-1} aria-label={t("title")}>
        {unsent.map((one) => (
          <Row
            key={one.clientId}
            chat={chat}
            unsent={one}
            onCopy={() => void copy(one.text, say)}
            onDiscard={() => {
              // The button goes with its row.
              list.current?.focus();
              chat.discard(one.clientId);
            }}
            onOpen={() => {
              onClose();
              goTo(one.roomId);
              onOpened();
            }}
          />
        ))}
      </ul>
      {toast}
    </Dialog>
  );
}

interface RowProps {
  chat: Chat;
  unsent: Unsent;
  onCopy: () => void;
  onDiscard: () => void;
  onOpen: () => void;
}

function Row({ chat, unsent, onCopy, onDiscard, onOpen }: RowProps) {
  const room = chat.rooms.value.get(unsent.roomId);
  const isOpenable = room !== undefined && room.presence.value.kind !== "refused";
  return (
    <li class="unsent">
      <p class="unsent-head">
        <strong>{room ? <bdi>{room.name.value}</bdi> : t("unreadableRoom")}</strong>
        <time dateTime={new Date(unsent.at).toISOString()} title={exactTime(unsent.at)}>
          {dateAndTime(unsent.at)}
        </time>
      </p>
      {unsent.text !== "" && (
        <p class="unsent-text" dir="auto">
          {unsent.text}
        </p>
      )}
      {unsent.files > 0 && <p class="unsent-files">{t("withFiles", { count: unsent.files })}</p>}
      <p class="unsent-error">{refusedText(unsent.error)}</p>
      <div class="unsent-actions">
        {unsent.text !== "" && (
          <button type="button" class="button-link" onClick={onCopy}>
            {t("copyText")}
          </button>
        )}
        {isOpenable && (
          <button type="button" class="button-link" onClick={onOpen}>
            {t("goToRoom")}
          </button>
        )}
        <button type="button" class="button-link" onClick={onDiscard}>
          {t("discard")}
        </button>
      </div>
    </li>
  );
}
