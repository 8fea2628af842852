import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/composer";
import { t as ui } from "../i18n/en/ui";
import type { Words } from "../i18n/words";
import { Icon } from "../ui/Icon";
import { codePoints, limitText, showsLimit } from "./length";

interface EditFormProps {
  /** The id of its field. */
  id?: string;
  /** The text it has. */
  before: string;
  /** What is typed instead. */
  text: string;
  maxLength: number; // code points
  /** It takes the focus whatever one was at. */
  isAskedFor: boolean;
  onType: (text: string) => void;
  /** Resolves to why it could not be saved, or undefined. */
  onSave: (text: string) => Promise<Words | undefined>;
  onClose: () => void;
}

/** Stands in the composer's place while a message is given another text: Enter saves, Escape leaves it as it was. */
export function EditForm({ id = "composer", before, text, maxLength, isAskedFor, onType, onSave, onClose }: EditFormProps) {
  const [state, setState] = useState<"open" | "saving" | "failed">("open");
  const [error, setError] = useState<Words>();
  const field = useRef<HTMLTextAreaElement>(null);
  const length = codePoints(text);
  const tooLong = length > maxLength;
  const savable = text.trim() !== "" && !tooLong && state !== "saving";

  useLayoutEffect(() => {
    const area = field.current;
    // On a touch screen the keyboard would cover what one came to read.
    if (!area || (!isAskedFor && !matchMedia("(hover: hover)").matches)) return;
    area.focus({ preventScroll: true });
    area.setSelectionRange(text.length, text.length);
  }, []);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area || CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  const save = async () => {
    if (!savable) return;
    if (text === before) return onClose();
    setState("saving");
    const refusal = await onSave(text);
    if (refusal === undefined) return onClose();
    setState("failed");
    setError(refusal);
  };

  return (
    <form
      class="composer"
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
      <div class="edit-head">
        <Icon name="edit" size={16} />
        <span>{t(state === "saving" ? "saving" : "editing")}</span>
        <button type="button" class="button-link" onClick={onClose}>
          {ui("cancel")}
        </button>
      </div>
      <div class={`composer-box${tooLong ? " over" : ""}`}>
        <textarea
          id={id}
          ref={field}
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
        <button type="submit" class="composer-send" aria-label={ui("save")} disabled={!savable}>
          <Icon name="check" />
        </button>
      </div>
      <p id={`${id}-limit`} class={`composer-limit${error ? " edit-error" : ""}`} role={error || tooLong ? "alert" : undefined}>
        {error ? t("notSaved", { error: error.text }) : showsLimit(length, maxLength) && limitText(length, maxLength)}
      </p>
    </form>
  );
}
