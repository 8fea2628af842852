import "./unsent.css";
import { useComputed } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { WithParts } from "../details/WithParts";
import { t } from "../i18n/en/unsent";
import { Icon } from "../ui/Icon";

/** Leads to the messages that failed where they cannot be seen: in other rooms, also in those that one is out of. */
export function UnsentButton({ chat, onOpened }: { chat: Chat; onOpened: () => void }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    // Once all are discarded the button that the dialog gives the focus back to is gone.
    requestAnimationFrame(() => document.activeElement === document.body && place.current?.focus());
  };
  const elsewhere = useComputed(() => {
    const room = chat.open.value;
    const shown = room && room.presence.value.kind !== "refused" ? room.id : undefined;
    return chat.unsent.value.filter(({ roomId }) => roomId !== shown).length;
  }).value;
  return (
    <>
      <div ref={place} class="unsent-place" role="status" tabIndex={-1}>
        {elsewhere > 0 && (
          <button type="button" class="unsent-button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
            <Icon name="alert" size={18} />
            {t("count", { count: elsewhere })}
          </button>
        )}
      </div>
      {open && (
        <WithParts onClose={close}>
          {({ UnsentDialog }) => <UnsentDialog chat={chat} onOpened={onOpened} onClose={close} />}
        </WithParts>
      )}
    </>
  );
}
