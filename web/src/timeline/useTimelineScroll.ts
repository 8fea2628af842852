import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Place } from "./place";
import type { Item } from "./rows";
import type { View } from "./window";

/** So far below the top edge the line of the unread messages is put, in CSS pixels: about one message. */
const LINE_PX = 96;

export interface TimelineScroll {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** Stand for the rows that are not on the page. */
  above: RefObject<HTMLDivElement | null>;
  below: RefObject<HTMLDivElement | null>;
  /** The rows that are to be on the page. */
  view: View;
  /** The key of the row at the top edge; undefined at the end. */
  nearest: string | undefined;
  atEnd: boolean;
  toEnd: () => void;
  /** Puts a row on the page, and has `then` show it. */
  show: (key: string, then: (row: HTMLElement) => void) => void;
  /** Shows where the unread messages begin, below the top edge: what was read last stands above them. */
  toLine: (key: string) => void;
  /** Shows a row in the middle, and gives it to `then`. */
  toMiddle: (key: string, then: (row: HTMLElement) => void) => void;
}

/**
 * Keeps the reader's place in a scroller of these rows; onNearTop is called when older messages should be read, onNearBottom
 * when newer ones should: with hasAfter the bottom is not the end, and nobody follows there.
 */
export function useTimelineScroll(rows: readonly Item[], hasAfter: boolean, onNearTop: () => void, onNearBottom: () => void): TimelineScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const [, render] = useState(0);
  const [place] = useState(() => new Place(() => render((n) => n + 1), onNearTop, onNearBottom));
  const view = place.take(rows, hasAfter);

  useLayoutEffect(() => {
    if (scroller.current && above.current && below.current) place.attach({ scroller: scroller.current, above: above.current, below: below.current });
    place.settle();
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element || !content.current) return undefined;
    const scrolled = () => place.scrolled();
    const resized = new ResizeObserver(() => place.resized());
    resized.observe(element);
    resized.observe(content.current);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, [place]);

  const put = (target: HTMLElement, px: number) => {
    const element = scroller.current;
    if (element) element.scrollTop += target.getBoundingClientRect().top - element.getBoundingClientRect().top - px;
  };
  return {
    scroller,
    content,
    above,
    below,
    view,
    nearest: place.nearest,
    atEnd: place.following,
    toEnd: () => place.toEnd(),
    show: (key, then) => place.show(key, then),
    toLine: (key) => place.show(key, (row) => put(lineOf(row), LINE_PX)),
    toMiddle: (key, then) =>
      place.show(key, (row) => {
        put(row, Math.max(LINE_PX, ((scroller.current?.clientHeight ?? 0) - row.offsetHeight) / 2));
        then(row);
      }),
  };
}

/** The line "New" above a message, where that begins what is unread; else the message. */
function lineOf(row: HTMLElement): HTMLElement {
  const group = row.closest(".group");
  const line = group?.previousElementSibling;
  return line instanceof HTMLElement && line.matches(".unread-line") && group?.querySelector("[data-key]") === row ? line : row;
}
