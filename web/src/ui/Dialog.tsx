import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n/en/ui";
import { Icon } from "./Icon";

interface DialogProps {
  title: string;
  /** Absent: the dialog cannot be put away without an answer. */
  onClose?: () => void;
  /** At the side, as high as the window. */
  side?: boolean;
  /** As large as the window. */
  whole?: boolean;
  children: ComponentChildren;
}

/** A modal dialog. The browser keeps the focus inside, and gives it back where it came from. */
export function Dialog({ title, onClose, side, whole, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={element}
      class={`dialog${side ? " dialog-side" : ""}${whole ? " dialog-whole" : ""}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose?.();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          {onClose && (
            <button type="button" class="button-icon" aria-label={t("close")} onClick={onClose}>
              <Icon name="close" />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
