// What stands in the picker. Loaded when it is first opened.

import "./emoji.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/emoji";
import { t as ui } from "../i18n/en/ui";
import { inReadingOrder } from "../i18n/language";
import { Icon } from "../ui/Icon";
import { type Emoji, entryOf, find, type GroupId, groups, labelOf, type Tone, withTone } from "./book";
import { COLUMNS, EmojiGrid } from "./EmojiGrid";
import { chooseTone, chosenTone, recentEmoji } from "./recent";

/** Found ones that are shown: eight rows are more than anybody reads. */
const MOST_FOUND = 8 * COLUMNS;
const RECENT = "recent" as const;

/** A tab is called by its key of the catalogue. */
type TabId = GroupId | typeof RECENT;

const TABS = groups.map(({ id, emoji }) => ({ id, sign: emoji[0]?.emoji ?? "" }));

/** None, then from light to dark. */
const TONES = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];

/** One emoji as it is offered: with the tone it is sent with. */
export interface Offered {
  readonly emoji: string;
  readonly label: string;
  /** As it is typed. */
  readonly name: string;
}

interface EmojiPickerProps {
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** A search, a tab a kind, and the emoji themselves; below, what the one under the pointer is called. */
export function EmojiPicker({ onPick, onClose }: EmojiPickerProps) {
  const recent = useMemo(() => recentEmoji().flatMap(offeredAs), []);
  const [tab, setTab] = useState<TabId>(recent.length > 0 ? RECENT : (TABS[0]?.id ?? RECENT));
  const [query, setQuery] = useState("");
  const [tone, setTone] = useState<Tone>(chosenTone);
  const [looked, setLooked] = useState<Offered>();
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const isSearch = query.trim() !== "";
  const shown = useMemo(() => {
    if (isSearch) return find(query, MOST_FOUND).map((entry) => offered(entry, tone));
    if (tab === RECENT) return recent;
    return groups.find(({ id }) => id === tab)?.emoji.map((entry) => offered(entry, tone)) ?? [];
  }, [isSearch, query, tab, tone]);
  const tabs: readonly { id: TabId; sign: string }[] = [...(recent.length > 0 ? [{ id: RECENT, sign: "" }] : []), ...TABS];

  useEffect(() => {
    // On a touch screen the keyboard would cover half of them.
    if (matchMedia("(hover: hover)").matches) search.current?.focus();
    else body.current?.querySelector<HTMLElement>('[role="gridcell"]')?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (body.current) body.current.scrollTop = 0;
    setLooked(undefined);
  }, [isSearch, query, tab]);

  const toGrid = () => body.current?.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')?.focus();
  const goTo = (index: number) => {
    const next = tabs[(index + tabs.length) % tabs.length];
    if (!next) return;
    setTab(next.id);
    document.getElementById(tabId(next.id))?.focus();
  };

  return (
    <div class="emoji-picker">
      <div class="emoji-search">
        <Icon name="search" size={18} />
        <input
          ref={search}
          type="search"
          value={query}
          placeholder={t("search")}
          aria-label={t("search")}
          autocomplete="off"
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === "ArrowDown") toGrid();
            else if (event.key === "Enter") {
              const first = isSearch ? shown[0] : undefined;
              if (first) onPick(first.emoji);
            } else return;
            event.preventDefault();
          }}
        />
        <button type="button" class="button-icon" aria-label={ui("close")} onClick={onClose}>
          <Icon name="close" size={18} />
        </button>
      </div>
      <div
        class="emoji-tabs"
        role="tablist"
        aria-label={t("kinds")}
        onKeyDown={(event) => {
          const at = tabs.findIndex(({ id }) => id === tab);
          if (inReadingOrder(event.key) === "ArrowRight") goTo(at + 1);
          else if (inReadingOrder(event.key) === "ArrowLeft") goTo(at - 1);
          else if (event.key === "Home") goTo(0);
          else if (event.key === "End") goTo(-1);
          else if (event.key === "ArrowDown") toGrid();
          else return;
          event.preventDefault();
        }}
      >
        {tabs.map(({ id, sign }) => (
          <button
            key={id}
            id={tabId(id)}
            type="button"
            role="tab"
            aria-selected={!isSearch && id === tab}
            aria-controls="emoji-body"
            tabIndex={id === tab ? 0 : -1}
            aria-label={t(id)}
            title={t(id)}
            onClick={() => {
              setQuery("");
              setTab(id);
            }}
          >
            {id === RECENT ? <Icon name="clock" size={18} /> : sign}
          </button>
        ))}
      </div>
      <div ref={body} id="emoji-body" class="emoji-body" role="tabpanel" aria-label={t(isSearch ? "found" : tab)}>
        {shown.length > 0 ? (
          // Another list begins with its first emoji.
          <EmojiGrid key={isSearch ? `?${query}` : tab} emoji={shown} onLook={setLooked} onPick={onPick} onLeave={() => search.current?.focus()} />
        ) : (
          <p class="emoji-none">{t("none")}</p>
        )}
      </div>
      <p class="hidden" role="status">
        {isSearch && shown.length === 0 && t("none")}
      </p>
      <div class="emoji-foot">
        {looked ? (
          <p class="emoji-looked">
            <span aria-hidden="true">{looked.emoji}</span>
            <span>
              <b>{looked.label}</b>
              {looked.name !== "" && <small>:{looked.name}:</small>}
            </span>
          </p>
        ) : (
          <p class="emoji-looked emoji-hint">{t("hint")}</p>
        )}
        <select
          aria-label={t("tone")}
          value={String(tone)}
          onChange={(event) => {
            const chosen = Number(event.currentTarget.value) as Tone;
            chooseTone(chosen);
            setTone(chosen);
          }}
        >
          {TONES.map((hand, value) => (
            <option key={value} value={String(value)}>
              {hand}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function tabId(id: TabId): string {
  return `emoji-tab-${id}`;
}

function offered(entry: Emoji, tone: Tone): Offered {
  return { emoji: withTone(entry, tone), label: labelOf(entry), name: entry.names[0] ?? "" };
}

/** What was used keeps the tone it was used with; what the book does not know is left out. */
function offeredAs(emoji: string): Offered[] {
  const entry = entryOf(emoji);
  return entry ? [{ ...offered(entry, 0), emoji }] : [];
}
