// Where the reader is, kept there: at the end while he follows, at the same message while he does not.

import { type RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** So near to the end counts as at the end, in CSS pixels: half a line of text more or less. */
const AT_END_PX = 40;
/** So near to the top the next page is asked for, in CSS pixels: about one screen ahead. */
const AHEAD_PX = 900;

/** So far below the top edge the line of the unread messages is put, in CSS pixels: about one message. */
const LINE_PX = 96;

interface Anchor {
  key: string;
  top: number; // relative to the scroller's top edge
}

export interface TimelineScroll {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  toEnd: () => void;
  /** Shows where the unread messages begin, below the top edge: what was read last stands above them. */
  toLine: (line: HTMLElement) => void;
  /** Shows a message in the middle and gives it; undefined: it is not on the page. */
  toMessage: (seq: number) => HTMLElement | undefined;
}

/**
 * Keeps the place of a scroller whose messages carry data-key. content changes whenever
 * what it holds does; onNearTop is called when older messages should be read, onNearBottom
 * when newer ones should: with hasAfter the bottom is not the end, and nobody follows there.
 */
export function useTimelineScroll(version: unknown, hasAfter: boolean, onNearTop: () => void, onNearBottom: () => void): TimelineScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const anchor = useRef<Anchor | undefined>(undefined);
  const standing = useRef<Anchor | undefined>(undefined); // what the reader sees while he does not follow
  const lastTop = useRef(0); // scrollTop when it was last told of
  const lastVersion = useRef<unknown>(undefined);
  const [atEnd, setAtEnd] = useState(true);
  const open = useRef(hasAfter);
  open.current = hasAfter;

  // Still the old page: what stands where, before the new one is laid out.
  if (lastVersion.current !== version && scroller.current) {
    lastVersion.current = version;
    anchor.current = following.current ? undefined : findAnchor(scroller.current);
  }

  const nearEdge = () => {
    const element = scroller.current;
    if (!element) return;
    if (element.scrollTop < AHEAD_PX) onNearTop();
    if (open.current && element.scrollHeight - element.clientHeight - element.scrollTop < AHEAD_PX) onNearBottom();
  };

  useLayoutEffect(() => {
    if (!scroller.current) return;
    if (hasAfter && following.current) {
      following.current = false;
      setAtEnd(false);
    }
    if (following.current) scroller.current.scrollTop = scroller.current.scrollHeight;
    else if (anchor.current) restore(scroller.current, anchor.current);
    anchor.current = undefined;
    nearEdge();
  }, [version]);

  useEffect(() => {
    const element = scroller.current;
    if (!element || !content.current) return undefined;
    const onScroll = () => {
      const left = element.scrollHeight - element.clientHeight - element.scrollTop;
      // Content may have grown since the scrolling that this tells of: only who moved up has left the end.
      following.current = !open.current && (left <= AT_END_PX || (following.current && element.scrollTop >= lastTop.current));
      lastTop.current = element.scrollTop;
      standing.current = following.current ? undefined : findAnchor(element);
      setAtEnd(following.current);
      nearEdge();
    };
    // The composer grows, the window turns, fonts and pictures arrive late: the end stays the
    // end, and who reads further up goes on reading the same line.
    const resized = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight;
      else if (standing.current) restore(element, standing.current);
    });
    resized.observe(element);
    resized.observe(content.current);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [onNearTop]);

  const toEnd = () => {
    following.current = true;
    setAtEnd(true);
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  };

  const toLine = (line: HTMLElement, below = LINE_PX) => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop += line.getBoundingClientRect().top - element.getBoundingClientRect().top - below;
    following.current = !open.current && element.scrollHeight - element.clientHeight - element.scrollTop <= AT_END_PX;
    lastTop.current = element.scrollTop;
    standing.current = following.current ? undefined : findAnchor(element);
    setAtEnd(following.current);
  };

  const toMessage = (seq: number) => {
    const element = scroller.current;
    const message = element?.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (!element || !message) return undefined;
    toLine(message, Math.max(LINE_PX, (element.clientHeight - message.offsetHeight) / 2));
    return message;
  };

  return { scroller, content, atEnd: atEnd && !hasAfter, toEnd, toLine: (line) => toLine(line), toMessage };
}

/** What of the log is in sight: the seqs of the first message that is not wholly above, and of the last that stands whole; 0: there is none. */
export function inSight(scroller: HTMLElement): { first: number; last: number } {
  const { top, bottom } = scroller.getBoundingClientRect();
  const messages = scroller.querySelectorAll<HTMLElement>("[data-seq]");
  const seqAt = (i: number) => Number(messages[i]?.dataset["seq"] ?? 0);
  return { first: seqAt(endingAbove(messages, top)), last: seqAt(endingAbove(messages, bottom) - 1) };
}

/** How many of these messages stand wholly above an edge. */
function endingAbove(messages: NodeListOf<HTMLElement>, edge: number): number {
  let low = 0;
  let high = messages.length; // they stand in order, so halves will do
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle] as HTMLElement).getBoundingClientRect().bottom <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first message that reaches below the scroller's top edge. */
function findAnchor(scroller: HTMLElement): Anchor | undefined {
  const edge = scroller.getBoundingClientRect().top;
  const messages = scroller.querySelectorAll<HTMLElement>("[data-key]");
  const found = messages[endingAbove(messages, edge)];
  const key = found?.dataset["key"];
  return found && key !== undefined ? { key, top: found.getBoundingClientRect().top - edge } : undefined;
}

function restore(scroller: HTMLElement, anchor: Anchor): void {
  const element = scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.key)}"]`);
  if (!element) return;
  scroller.scrollTop += element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - anchor.top;
}
