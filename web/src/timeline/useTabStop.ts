import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Item } from "./rows";
import { keyOf, rowOf } from "./sight";
import type { View } from "./window";

/**
 * The key of the one message whose buttons Tab stops at, so that it need not walk through
 * all of them: the one that had the focus last, at first the newest; while that is not on the page, the nearest
 * one that is. Up and down on a message's button go to the next one's. When what has the focus goes, its message takes it; where
 * that is deleted, or scrolled out of the page, the timeline does, and what comes back onto the page takes it back.
 */
export function useTabStop(
  timeline: RefObject<HTMLDivElement | null>,
  rows: readonly Item[],
  view: View,
  nearest: string | undefined,
  show: (key: string, then: (row: HTMLElement) => void) => void,
): string {
  const [stop, setStop] = useState("");
  const focusedLast = useRef<Element>(null);
  const focusedKey = useRef<string>(undefined); // of the message it is in
  const isAway = useRef(false); // what had the focus is not on the page, and the timeline has it meanwhile
  const current = useRef({ rows, show });
  current.current = { rows, show };

  useEffect(() => {
    const element = timeline.current;
    if (!element) return undefined;
    const focused = (event: FocusEvent) => {
      const target = event.target as Element;
      focusedLast.current = target;
      if (target !== element) isAway.current = false;
      const key = element.contains(target) ? target.closest("[data-key]")?.getAttribute("data-key") : undefined;
      focusedKey.current = key ?? undefined;
      if (key) setStop(key);
    };
    const pressed = (event: KeyboardEvent) => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step === 0 || event.altKey || !(event.target instanceof Element) || !event.target.matches("[data-more]")) return;
      event.preventDefault();
      const all = [...element.querySelectorAll<HTMLElement>("[data-more]")];
      const next = all[all.indexOf(event.target as HTMLElement) + step];
      if (next) return next.focus();
      const row = event.target.closest<HTMLElement>("[data-key]");
      const key = row ? nextTo(current.current.rows, keyOf(row), step) : undefined;
      if (key !== undefined) current.current.show(key, focusIn);
    };
    document.addEventListener("focusin", focused);
    element.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("focusin", focused);
      element.removeEventListener("keydown", pressed);
    };
  }, []);

  useLayoutEffect(() => {
    const element = timeline.current;
    if (!element) return;
    if (document.activeElement === document.body && focusedLast.current?.isConnected === false) {
      const key = focusedKey.current;
      const again = key === undefined ? undefined : buttonOf(element, key);
      (again ?? element).focus({ preventScroll: true });
      isAway.current = !again && rows.some((row) => row.key === key && hasButton(row));
      return;
    }
    if (!isAway.current || document.activeElement !== element) return;
    buttonOf(element, stop)?.focus({ preventScroll: true });
  }, [rows, view]);

  const here = rows.slice(view.from, view.to);
  if (here.some((row) => row.key === stop && hasButton(row))) return stop;
  const below = here.slice(Math.max(0, here.findIndex((row) => row.key === nearest)));
  return (nearest === undefined ? undefined : below.find(hasButton)?.key) ?? here.findLast(hasButton)?.key ?? "";
}

function buttonOf(timeline: HTMLElement, key: string): HTMLElement | undefined {
  return rowOf(timeline, key)?.querySelector<HTMLElement>("[data-more]") ?? undefined;
}

function hasButton(row: Item): boolean {
  return !row.deleted && row.note === undefined;
}

/** The next message above or below that has a button; undefined: there is none. */
function nextTo(rows: readonly Item[], key: string, step: 1 | -1): string | undefined {
  const at = rows.findIndex((row) => row.key === key);
  if (at < 0) return undefined;
  return step > 0 ? rows.slice(at + 1).find(hasButton)?.key : rows.slice(0, at).findLast(hasButton)?.key;
}

function focusIn(row: HTMLElement): void {
  row.querySelector<HTMLElement>("[data-more]")?.focus();
}
