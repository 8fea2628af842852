import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/Icon";
import type { Drafts } from "./drafts";
import { codePoints, limitText, showsLimit } from "./length";

/** Code units the field itself takes beyond the limit, so that a long paste is not cut silently. */
const FIELD_SLACK = 4;

interface ComposerProps {
  roomId: string;
  roomName: string;
  maxLength: number; // code points
  drafts: Drafts;
  onSend: (text: string) => void;
}

/** Where one writes: Enter sends, Shift+Enter begins a line. Keyed by room, so that drafts do not mix. */
export function Composer({ roomId, roomName, maxLength, drafts, onSend }: ComposerProps) {
  const [text, setText] = useState(() => drafts.get(roomId));
  const field = useRef<HTMLTextAreaElement>(null);
  const length = codePoints(text);
  const tooLong = length > maxLength;
  const sendable = text.trim() !== "" && !tooLong;

  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read.
    if (matchMedia("(hover: hover)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  useLayoutEffect(() => {
    const area = field.current;
    if (!area || CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  const change = (next: string) => {
    setText(next);
    drafts.set(roomId, next);
  };
  const send = () => {
    if (!sendable) return;
    onSend(text.replace(/^\s*\n/u, "").trimEnd());
    change("");
    field.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class={`composer-box${tooLong ? " over" : ""}`}>
        <textarea
          id="composer"
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          placeholder={`Message ${roomName}`}
          aria-label={`Message ${roomName}`}
          aria-invalid={tooLong}
          aria-describedby="composer-limit"
          maxLength={maxLength * FIELD_SLACK}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            // An Enter that ends an input method's composition is not ours.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="composer-send" aria-label="Send" disabled={!sendable}>
          <Icon name="send" />
        </button>
      </div>
      <p id="composer-limit" class="composer-limit" role={tooLong ? "alert" : undefined}>
        {showsLimit(length, maxLength) && limitText(length, maxLength)}
      </p>
    </form>
  );
}
