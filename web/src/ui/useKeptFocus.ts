import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Keeps the focus inside a place when what had it gives way to something else there: it goes to the first button, or to
 * what stands in its place with tabIndex -1. shows names what is shown; when that changes the place is looked at.
 */
export function useKeptFocus(place: RefObject<HTMLElement | null>, shows: string): void {
  const shown = useRef(shows);
  const hadFocus = useRef(false);
  // What is there still is the old content.
  if (shown.current !== shows) hadFocus.current = place.current?.contains(document.activeElement) ?? false;
  shown.current = shows;
  useLayoutEffect(() => {
    if (!hadFocus.current) return;
    hadFocus.current = false;
    if (place.current?.contains(document.activeElement)) return; // it is still there
    const all = [...(place.current?.querySelectorAll<HTMLElement>("button, [tabindex='-1']") ?? [])];
    all.find((one) => one.getClientRects().length > 0)?.focus(); // what only a phone shows takes none elsewhere
  }, [shows]);
}
