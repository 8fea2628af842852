import { useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/emoji";
import { Icon } from "../ui/Icon";
import { EmojiDialog } from "./EmojiDialog";

/** Opens all emoji, beside the field that one of them is for. */
export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button ref={button} type="button" class="composer-emoji" aria-label={t("emoji")} aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(true)}>
        <Icon name="smile" />
      </button>
      {isOpen && button.current && <EmojiDialog label={t("emoji")} anchor={button.current} alignEnd onPick={onPick} onClose={() => setOpen(false)} />}
    </>
  );
}
