import { useRef, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { WithParts } from "../details/WithParts";
import { t } from "../i18n/en/threads";
import { Icon } from "../ui/Icon";

/** Leads to the threads that we follow and have not read, in all rooms. */
export function ThreadsButton({ chat, onOpened }: { chat: Chat; onOpened: () => void }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const count = chat.threads.unread.value?.length ?? 0;
  const close = () => {
    setOpen(false);
    // Once all are read the button that the dialog gives the focus back to is gone.
    requestAnimationFrame(() => document.activeElement === document.body && place.current?.focus());
  };
  return (
    <>
      <div ref={place} class="threads-place" tabIndex={-1}>
        {count > 0 && (
          <button type="button" class="threads-button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
            <Icon name="thread" size={18} />
            <span>{chat.threads.more.value ? t("unreadMost", { most: count }) : t("unread", { count })}</span>
          </button>
        )}
      </div>
      {open && (
        <WithParts onClose={close}>
          {({ ThreadsDialog }) => <ThreadsDialog chat={chat} onOpened={onOpened} onClose={close} />}
        </WithParts>
      )}
    </>
  );
}
