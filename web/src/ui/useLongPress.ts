import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** How long a finger rests before it means the menu, in ms: what phones do themselves. */
const HOLD_MS = 500;
/** Worn by the area while a finger rests, so that nothing is selected under it. */
const RESTING = "finger-rests";
/** A finger that moves further is scrolling, in CSS pixels. */
const SLACK_PX = 10;

/** Calls onHold with what a finger rests on. A finger that moves, a second one, or scrolling calls it off. */
export function useLongPress(area: RefObject<HTMLElement | null>, onHold: (target: Element) => void): void {
  useEffect(() => {
    const element = area.current;
    if (!element) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };
    let held = false;
    const cancel = () => {
      clearTimeout(timer);
      timer = undefined;
      element.classList.remove(RESTING);
    };
    const start = (event: TouchEvent) => {
      cancel();
      held = false;
      const [touch] = event.touches;
      if (!touch || event.touches.length > 1 || !(event.target instanceof Element)) return;
      if (event.target.closest("textarea")) return; // there it selects text
      const { target } = event;
      from = { x: touch.clientX, y: touch.clientY };
      element.classList.add(RESTING);
      timer = setTimeout(() => {
        timer = undefined;
        held = true;
        onHold(target);
      }, HOLD_MS);
    };
    const move = (event: TouchEvent) => {
      const [touch] = event.touches;
      if (touch && Math.hypot(touch.clientX - from.x, touch.clientY - from.y) > SLACK_PX) cancel();
    };
    const end = (event: TouchEvent) => {
      cancel();
      // Else the click that follows would land on the scrim, or on a link of the message.
      if (held && event.cancelable) event.preventDefault();
      held = false;
    };
    // Only a finger's: with a mouse the browser's own menu stays.
    const menu = (event: Event) => {
      if (held || timer !== undefined) event.preventDefault();
    };
    element.addEventListener("touchstart", start, { passive: true });
    element.addEventListener("touchmove", move, { passive: true });
    element.addEventListener("touchend", end);
    element.addEventListener("touchcancel", cancel);
    element.addEventListener("scroll", cancel, { passive: true });
    element.addEventListener("contextmenu", menu);
    return () => {
      cancel();
      element.removeEventListener("touchstart", start);
      element.removeEventListener("touchmove", move);
      element.removeEventListener("touchend", end);
      element.removeEventListener("touchcancel", cancel);
      element.removeEventListener("scroll", cancel);
      element.removeEventListener("contextmenu", menu);
    };
  }, [onHold]);
}
