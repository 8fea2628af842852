import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/emoji";
import { t as ui } from "../i18n/en/ui";
import { place } from "../ui/place";
import { loadPicker, type PickerPage } from "./load";
import { noteEmoji } from "./recent";

interface EmojiDialogProps {
  /** What is done with the emoji that is chosen. */
  label: string;
  /** What the dialog stands beside where it is not a sheet. */
  anchor: Element;
  alignEnd: boolean;
  /** Called when the dialog has closed, and the focus is back where it came from. */
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** All emoji to choose from: beside its anchor, or on a phone a sheet at the bottom. Its program comes when it is first opened. */
export function EmojiDialog({ label, anchor, alignEnd, onPick, onClose }: EmojiDialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const [page, setPage] = useState<PickerPage | "failed">();
  const picked = useRef<() => void>(undefined);

  useLayoutEffect(() => {
    const dialog = element.current;
    if (!dialog) return undefined;
    const before = document.activeElement;
    const put = () => place(dialog, anchor.getBoundingClientRect(), alignEnd);
    dialog.showModal();
    put();
    // It has one size from the start; a window that changes moves it.
    window.addEventListener("resize", put);
    return () => {
      window.removeEventListener("resize", put);
      dialog.close();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      picked.current?.();
    };
  }, [anchor]);
  useEffect(() => {
    let current = true;
    loadPicker().then(
      (loaded) => current && setPage(loaded),
      () => current && setPage("failed"),
    );
    return () => {
      current = false;
    };
  }, []);

  return (
    <dialog
      ref={element}
      class="emoji-dialog"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
      // What is typed here is not the page's: arrows go through emoji, not through messages.
      onKeyDown={(event) => event.stopPropagation()}
    >
      {page === undefined && <div class="spinner" role="status" aria-label={t("loading")} />}
      {page === "failed" && (
        <div class="emoji-failed" role="alert">
          <p>{t("failed")}</p>
          <button type="button" class="button-plain" onClick={onClose}>
            {ui("close")}
          </button>
        </div>
      )}
      {page !== undefined && page !== "failed" && (
        <page.EmojiPicker
          onClose={onClose}
          onPick={(emoji) => {
            noteEmoji(emoji);
            picked.current = () => onPick(emoji);
            onClose();
          }}
        />
      )}
    </dialog>
  );
}
