import { useState } from "preact/hooks";
import { t } from "../i18n/en/emoji";
import { inReadingOrder } from "../i18n/language";
import type { Offered } from "./EmojiPicker";

/** At 360 px a finger still finds one of them. */
export const COLUMNS = 8;

interface EmojiGridProps {
  emoji: readonly Offered[];
  onLook: (emoji: Offered) => void;
  onPick: (emoji: string) => void;
  /** Up from the first row, or a letter is typed. */
  onLeave: () => void;
}

/** Emoji in rows. Tab stops at one of them, the arrows go to the others. */
export function EmojiGrid({ emoji, onLook, onPick, onLeave }: EmojiGridProps) {
  const [at, setAt] = useState(0);
  const rows = Array.from({ length: Math.ceil(emoji.length / COLUMNS) }, (_, row) => emoji.slice(row * COLUMNS, (row + 1) * COLUMNS));
  return (
    <div
      class="emoji-grid"
      role="grid"
      aria-label={t("emoji")}
      onKeyDown={(event) => {
        // A letter goes on with the search.
        if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) return onLeave();
        const next = target(inReadingOrder(event.key), at, emoji.length);
        if (next === undefined) return;
        event.preventDefault();
        if (next < 0) return onLeave();
        setAt(next);
        event.currentTarget.querySelectorAll<HTMLElement>('[role="gridcell"]')[next]?.focus();
      }}
    >
      {rows.map((cells, row) => (
        <div key={row} role="row" class="emoji-row">
          {cells.map((one, column) => {
            const index = row * COLUMNS + column;
            return (
              <button
                key={one.emoji}
                type="button"
                role="gridcell"
                tabIndex={index === at ? 0 : -1}
                aria-label={one.label}
                onFocus={() => {
                  setAt(index);
                  onLook(one);
                }}
                onPointerEnter={() => onLook(one)}
                onClick={() => onPick(one.emoji)}
              >
                {one.emoji}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** Where a key leads from one of so many; -1: out of the grid, upwards; undefined: nowhere. */
export function target(key: string, at: number, length: number): number | undefined {
  const last = length - 1;
  switch (key) {
    case "ArrowRight":
      return Math.min(at + 1, last);
    case "ArrowLeft":
      return Math.max(at - 1, 0);
    case "ArrowDown":
      // Below the end of the last row but one there may be nothing: then its last.
      return at + COLUMNS <= last ? at + COLUMNS : Math.floor(at / COLUMNS) < Math.floor(last / COLUMNS) ? last : at;
    case "ArrowUp":
      return at < COLUMNS ? -1 : at - COLUMNS;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}
