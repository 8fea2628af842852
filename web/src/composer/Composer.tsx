import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { AttachButton } from "../attachments/AttachButton";
import { Tray } from "../attachments/Tray";
import type { Uploads } from "../attachments/uploads";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { OwnTyping } from "../chat/typing";
import type { Emoji } from "../emoji/book";
import { EmojiButton } from "../emoji/EmojiButton";
import { type Book, useBook } from "../emoji/load";
import { chosenTone, noteEmoji } from "../emoji/recent";
import { t } from "../i18n/en/composer";
import { mayModerate, paceOf } from "../rooms/rights";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Icon } from "../ui/Icon";
import type { Drafts } from "./drafts";
import { emojiTypedAt } from "./emoji";
import { codePoints, limitText, showsLimit } from "./length";
import { filled, meansRoom, type Typed, typedAt } from "./mention";
import { Suggestions, suggestionId } from "./Suggestions";
import { type Suggestion, useMentions } from "./useMentions";
import { useWait, waitText } from "./useWait";

/** Code units the field itself takes beyond the limit, so that a long paste is not cut silently. */
const FIELD_SLACK = 4;
/** Emoji offered at once for what is typed behind a colon. */
const MOST_EMOJI = 6;

/** Where in a room one writes. */
export interface WritingPlace {
  /** The id of the field, unique on the page. */
  id: string;
  /** Names what was typed and not sent. */
  draft: string;
  label: string;
  /** What is written answers this message; undefined: none. */
  parent: number | undefined;
  /** It takes the focus whatever one was at. */
  isAskedFor: boolean;
}

interface ComposerProps {
  chat: Chat;
  room: RoomState;
  place: WritingPlace;
  drafts: Drafts;
  uploads: Uploads;
  /** Stands above the field. */
  above?: ComponentChildren;
  onSent?: () => void;
  /** Escape was pressed, and is nobody else's. */
  onEscape?: () => void;
  /** Up was pressed where nothing is written. */
  onEditLast?: () => void;
}

/** So long after a key another tab does not change what is typed here, in ms: what is there then is what was typed last. */
const TYPING_MS = 1_500;

/** Where one writes: Enter sends, Shift+Enter begins a line, @ names somebody, a colon an emoji. Keyed by place, so that drafts do not mix. */
export function Composer({ chat, room, place, drafts, uploads, above, onSent, onEscape, onEditLast }: ComposerProps) {
  const listId = `${place.id}-people`;
  const [text, setText] = useState(() => drafts.get(place.draft));
  const [typed, setTyped] = useState<Typed>();
  const [chosen, setChosen] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number>(undefined); // where it goes once the text is in the field
  const maxLength = chat.maxTextLength.value;
  const length = codePoints(text);
  const tooLong = length > maxLength;
  const waitSeconds = useWait(chat, room);
  const withFiles = uploads.list.value.length > 0;
  const sendable = !tooLong && waitSeconds === 0 && (withFiles ? uploads.ready : text.trim() !== "");
  const [emojiTyped, setEmojiTyped] = useState<Typed>();
  const people = useMentions(chat, room, typed);
  const book = useBook(emojiTyped !== undefined);
  const suggestions = emojiTyped ? (book?.find(emojiTyped.query, MOST_EMOJI).map((entry) => suggestionOf(entry, emojiTyped.query, book)) ?? []) : people;
  const chosenOne = suggestions[Math.min(chosen, suggestions.length - 1)];
  const name = room.name.value;
  const typing = useMemo(() => new OwnTyping((on) => room.handle?.typing(on)), [room]);

  useEffect(() => () => typing.stop(), [typing]);
  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read; a message that was gone to keeps the focus.
    const isReading = document.activeElement?.closest("#messages") != null;
    if ((place.isAskedFor || !isReading) && matchMedia("(hover: hover)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    if (caret.current !== undefined) area.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
    if (CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  const look = ({ value, selectionStart, selectionEnd }: HTMLTextAreaElement) => {
    const isCaret = selectionStart === selectionEnd;
    const emoji = isCaret ? emojiTypedAt(value, selectionEnd) : undefined;
    const now = isCaret && !emoji ? typedAt(value, selectionEnd) : undefined;
    if (isSame(now, typed) && isSame(emoji, emojiTyped)) return;
    setTyped(now);
    setEmojiTyped(emoji);
    setChosen(0);
  };
  const stop = () => {
    setTyped(undefined);
    setEmojiTyped(undefined);
  };
  const typedAtMs = useRef(-TYPING_MS);
  useEffect(() => {
    let later: ReturnType<typeof setTimeout> | undefined;
    const end = drafts.listen(place.draft, () => {
      clearTimeout(later);
      const waitMs = typedAtMs.current + TYPING_MS - performance.now();
      if (waitMs <= 0) setText(drafts.get(place.draft));
      else later = setTimeout(() => setText(drafts.get(place.draft)), waitMs);
    });
    return () => {
      clearTimeout(later);
      end();
    };
  }, [drafts, place.draft]);
  const change = (next: string) => {
    typedAtMs.current = performance.now();
    setText(next);
    drafts.set(place.draft, next);
  };
  const pick = (suggestion: Suggestion) => {
    const at = emojiTyped ?? typed;
    if (!at || !field.current) return;
    const next = filled(text, field.current.selectionEnd, at, suggestion.emoji ?? `@${suggestion.name}`);
    if (suggestion.emoji !== undefined) noteEmoji(suggestion.emoji);
    caret.current = next.caret;
    change(next.text);
    stop();
  };
  /** Puts an emoji where the caret stands, in the place of what is selected. */
  const insert = (emoji: string) => {
    const area = field.current;
    if (!area) return;
    const [from, to] = [area.selectionStart, area.selectionEnd];
    caret.current = from + emoji.length;
    change(text.slice(0, from) + emoji + text.slice(to));
    area.focus({ preventScroll: true });
  };
  const [asking, setAsking] = useState(false);
  const send = (isMeant = false) => {
    if (!sendable) return;
    if (!isMeant && meansRoom(text) && mayModerate(room.info.peek())) return setAsking(true);
    const said = text.replace(/^\s*\n/u, "").trimEnd();
    chat.send(room, said, withFiles ? uploads.take() : [], place.parent);
    change("");
    typing.sent();
    stop();
    onSent?.();
    field.current?.focus();
  };
  /** What a key does to the suggestions; false: nothing. */
  const choose = (key: string): boolean => {
    if (!chosenOne) return false;
    if (key === "ArrowDown") setChosen((chosen + 1) % suggestions.length);
    else if (key === "ArrowUp") setChosen((chosen + suggestions.length - 1) % suggestions.length);
    else if (key === "Enter" || key === "Tab") pick(chosenOne);
    else if (key === "Escape") stop();
    else return false;
    return true;
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {above}
      {chosenOne && <Suggestions id={listId} chat={chat} suggestions={suggestions} chosen={suggestions.indexOf(chosenOne)} onPick={pick} />}
      <Tray uploads={uploads} />
      <div class={`composer-box${tooLong ? " over" : ""}`}>
        <AttachButton uploads={uploads} />
        <textarea
          id={place.id}
          ref={field}
          rows={1}
          dir={text === "" ? undefined : "auto"} // its placeholder is written as the page is
          value={text}
          placeholder={place.label}
          aria-label={place.label}
          aria-invalid={tooLong}
          aria-describedby={`${place.id}-limit`}
          aria-autocomplete="list"
          aria-controls={chosenOne && listId}
          aria-activedescendant={chosenOne && suggestionId(listId, suggestions.indexOf(chosenOne))}
          maxLength={maxLength * FIELD_SLACK}
          onInput={(event) => {
            change(event.currentTarget.value);
            typing.changed(event.currentTarget.value.trim() !== "");
            look(event.currentTarget);
          }}
          onSelect={(event) => look(event.currentTarget)}
          onBlur={() => stop()}
          onKeyDown={(event) => {
            // An Enter that ends an input method's composition is not ours.
            if (event.isComposing) return;
            if (!event.shiftKey && choose(event.key)) {
              event.stopPropagation();
              return event.preventDefault();
            }
            if (event.key === "Escape" && onEscape) {
              event.stopPropagation();
              return onEscape();
            }
            if (event.key === "ArrowUp" && onEditLast && text === "" && !withFiles && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
              event.preventDefault();
              return onEditLast();
            }
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            send();
          }}
        />
        <EmojiButton onPick={insert} />
        <button type="submit" class="composer-send" aria-label={t("send")} disabled={!sendable}>
          <Icon name="send" />
        </button>
      </div>
      <p id={`${place.id}-limit`} class="composer-limit" role={tooLong ? "alert" : undefined}>
        {waitSeconds > 0 && !tooLong && t(paceOf(room.info.value) > 0 ? "slowMode" : "tooMany", { time: waitText(waitSeconds) })}
        {(waitSeconds === 0 || tooLong) && showsLimit(length, maxLength) && limitText(length, maxLength)}
      </p>
      {asking && (
        <ConfirmDialog
          title={t("notifyTitle")}
          text={t("notifyText", { room: name })}
          action={t("sendToAll")}
          keep={t("goBack")}
          onConfirm={() => {
            setAsking(false);
            send(true);
            return Promise.resolve(undefined);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </form>
  );
}

function isSame(a: Typed | undefined, b: Typed | undefined): boolean {
  return a?.at === b?.at && a?.query === b?.query;
}

/** What an emoji is called by what was typed, else as usual. */
function suggestionOf(entry: Emoji, typed: string, book: Book): Suggestion {
  const emoji = book.withTone(entry, chosenTone());
  const name = entry.names.find((one) => one.startsWith(typed.toLowerCase())) ?? entry.names[0] ?? "";
  return { id: emoji, name: `:${name}:`, more: "", emoji };
}
