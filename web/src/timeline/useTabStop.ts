import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Item } from "./rows";

/**
 * The key of the one message whose buttons Tab stops at, so that it need not walk through
 * all of them: the one that had the focus last, at first the newest. Up and down on a
 * message's button go to the next one's. When what has the focus goes, its message takes it, or the timeline where that is
 * deleted.
 */
export function useTabStop(timeline: RefObject<HTMLDivElement | null>, items: readonly Item[]): string {
  const [stop, setStop] = useState("");
  const focusedLast = useRef<Element>(null);
  const focusedKey = useRef<string>(undefined); // of the message it is in

  useEffect(() => {
    const element = timeline.current;
    if (!element) return undefined;
    const focused = (event: FocusEvent) => {
      const target = event.target as Element;
      focusedLast.current = target;
      const key = element.contains(target) ? target.closest("[data-key]")?.getAttribute("data-key") : undefined;
      focusedKey.current = key ?? undefined;
      if (key) setStop(key);
    };
    const pressed = (event: KeyboardEvent) => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step === 0 || !(event.target instanceof Element) || !event.target.matches("[data-more]")) return;
      const all = [...element.querySelectorAll<HTMLElement>("[data-more]")];
      all[all.indexOf(event.target as HTMLElement) + step]?.focus();
      event.preventDefault();
    };
    document.addEventListener("focusin", focused);
    element.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("focusin", focused);
      element.removeEventListener("keydown", pressed);
    };
  }, []);

  useLayoutEffect(() => {
    if (document.activeElement !== document.body || focusedLast.current?.isConnected !== false) return;
    const key = focusedKey.current;
    // Older messages may have made it part of another group.
    const again = key === undefined ? undefined : timeline.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] [data-more]`);
    (again ?? timeline.current)?.focus({ preventScroll: true });
  }, [items]);

  if (items.some((item) => item.key === stop && !item.deleted)) return stop;
  return items.findLast((item) => !item.deleted)?.key ?? "";
}
