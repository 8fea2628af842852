// The keys of the chat that work wherever the focus is. Loaded once the chat is there; it stands on no other part of the page, so
// that none is cut in two for its sake.

import { hasHelpKey } from "./setting";

export interface Hotkeys {
  /** Ctrl+K, with Apple's keyboards ⌘K. */
  find: () => void;
  /** ? where nothing is typed, unless it is switched off. */
  help: () => void;
}

/** What is open has the keys for itself. */
const OPEN = 'dialog[open], [role="menu"], #account-menu';
const FIELDS = "input, textarea, select, [contenteditable]";
/** As it stands on Latin, Arabic and Chinese keyboards. */
const QUESTION_MARK = /^[?؟？]$/u;

export function isApple(): boolean {
  return /^(Mac|iP)/u.test(navigator.platform);
}

/** Runs what the page's keys are for, until what it gives is called. */
export function listenForKeys(keys: Hotkeys): () => void {
  const pressed = (event: KeyboardEvent) => {
    // An input method that is composing has all keys for itself.
    const run = event.defaultPrevented || event.isComposing ? undefined : meantBy(event, keys);
    if (!run || document.querySelector(OPEN)) return;
    event.preventDefault();
    run();
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

function meantBy(event: KeyboardEvent, { find, help }: Hotkeys): (() => void) | undefined {
  const { key, code, altKey, shiftKey, ctrlKey, metaKey } = event;
  const isIn = (fields: string) => event.target instanceof Element && event.target.closest(fields) !== null;
  if (ctrlKey || metaKey) {
    // On a keyboard of other letters, the key that is K on a Latin one.
    const isK = key.toLowerCase() === "k" || (code === "KeyK" && !/^[a-z]$/iu.test(key));
    const isAlone = isApple() ? !ctrlKey : !metaKey;
    return isK && isAlone && !altKey && !shiftKey ? find : undefined;
  }
  // Alt+Down opens lists and calendars of fields; with Apple's keyboards these keys go by paragraphs in a text.
  if (altKey) return (key === "ArrowUp" || key === "ArrowDown") && !shiftKey && !isIn(isApple() ? FIELDS : "input, select") ? () => step(key === "ArrowUp" ? -1 : 1) : undefined;
  return QUESTION_MARK.test(key) && hasHelpKey() && !isIn(FIELDS) ? help : undefined;
}

/** Opens the room above the open one in the list, or below it; where none is open the last or the first. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".room-list [data-room]")];
  const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = at < 0 ? rows.at(by > 0 ? 0 : -1) : rows[at + by];
  next?.scrollIntoView({ block: "nearest" });
  next?.click();
}
