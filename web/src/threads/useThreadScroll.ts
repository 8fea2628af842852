import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Item } from "../timeline/rows";

/** So near to the end counts as at the end, in CSS pixels: half a line of text more or less. */
export const AT_END_PX = 40;

/** Keeps the reader's place among the answers: at the end while he follows, at the same answer when older ones come above it. */
export function useThreadScroll(scroller: RefObject<HTMLDivElement | null>, answers: readonly Item[]): void {
  const following = useRef(true);
  const sent = useRef("");
  const before = useRef({ first: "", height: 0 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const first = answers[0]?.key ?? "";
    const sending = answers.findLast(({ state }) => state === "sending")?.key ?? "";
    if (sending !== "" && sending !== sent.current) following.current = true; // who writes wants to see it
    sent.current = sending;
    if (following.current) element.scrollTop = element.scrollHeight;
    else if (before.current.first !== "" && first !== before.current.first) element.scrollTop += element.scrollHeight - before.current.height;
    before.current = { first, height: element.scrollHeight };
  }, [answers]);

  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    const scrolled = () => {
      following.current = element.scrollHeight - element.clientHeight - element.scrollTop <= AT_END_PX;
    };
    const resized = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight;
      before.current = { ...before.current, height: element.scrollHeight };
    });
    resized.observe(element);
    resized.observe(content);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, []);
}
