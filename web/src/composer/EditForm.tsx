import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/composer";
import { t as ui } from "../i18n/en/ui";
import type { Words } from "../i18n/words";
import { codePoints, limitText, showsLimit } from "./length";

/** Where one was in a field that went with all around it. */
export interface Left {
  /** What was marked, from and to, in UTF-16 units; undefined: one was not in it. */
  marked?: [number, number] | undefined;
}

interface EditFormProps {
  /** The id of its field. */
  id: string;
  /** The text it has. */
  before: string;
  /** What is typed instead. */
  text: string;
  maxLength: number; // code points
  /** When the field comes again, it takes the focus back. */
  left: Left;
  onType: (text: string) => void;
  /** Resolves to why it could not be saved, or undefined. */
  onSave: (text: string) => Promise<Words | undefined>;
  onClose: () => void;
}

/** Gives a field the focus as soon as it can be seen, which what was just read cannot; who is elsewhere by then stays there. */
function takeUp(area: HTMLElement): void {
  if (!area.isConnected || document.activeElement !== document.body) return;
  area.focus({ preventScroll: true });
  if (document.activeElement !== area) requestAnimationFrame(() => takeUp(area));
}

/** Stands in the place of a message's text while that is given another one: Enter saves, Escape leaves it as it was. */
export function EditForm({ id, before, text, maxLength, left, onType, onSave, onClose }: EditFormProps) {
  const [state, setState] = useState<"open" | "saving" | "failed">("open");
  const [error, setError] = useState<Words>();
  const field = useRef<HTMLTextAreaElement>(null);
  const length = codePoints(text);
  const tooLong = length > maxLength;
  const isSavable = text.trim() !== "" && !tooLong;

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.setSelectionRange(...(left.marked ?? [text.length, text.length]));
    if (left.marked) takeUp(area);
    left.marked = undefined;
    return () => {
      if (document.activeElement === area) left.marked = [area.selectionStart, area.selectionEnd];
    };
  }, []);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area || CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  const save = async () => {
    if (!isSavable || state === "saving") return;
    if (text === before) return onClose();
    setState("saving");
    const refusal = await onSave(text);
    if (refusal === undefined) return onClose();
    setState("failed");
    setError(refusal);
  };

  return (
    <form
      class="edit-form"
      aria-label={t("editMessage")}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <textarea
        id={id}
        ref={field}
        class={tooLong ? "over" : undefined}
        rows={1}
        dir="auto"
        value={text}
        aria-label={t("newText")}
        aria-invalid={tooLong}
        aria-describedby={`${id}-limit`}
        readOnly={state === "saving"}
        onInput={(event) => {
          onType(event.currentTarget.value);
          setError(undefined);
        }}
        onKeyDown={(event) => {
          // An Enter that ends an input method's composition is not ours.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void save();
        }}
      />
      <p id={`${id}-limit`} class={`composer-limit${error ? " edit-error" : ""}`} role={error || tooLong ? "alert" : undefined}>
        {error ? t("notSaved", { error: error.text }) : showsLimit(length, maxLength) && limitText(length, maxLength)}
      </p>
      <div class="edit-ends">
        <button type="button" class="button-plain" onClick={onClose}>
          {ui("cancel")}
        </button>
        <button type="submit" class="button" disabled={!isSavable}>
          {state === "saving" ? t("saving") : ui("save")}
        </button>
      </div>
    </form>
  );
}
