import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { restore } from "../timeline/place";
import type { Item } from "../timeline/rows";
import { type Anchor, anchorOf, keyOf, rowsOf, sightOf } from "../timeline/sight";

/** So near to the end counts as at the end, in CSS pixels: half a line of text more or less. */
export const AT_END_PX = 40;

/** What the reader sees while he does not follow: the first row in sight, and the first answer, below which older ones never come. */
interface Standing {
  readonly row: Anchor;
  readonly answer: Anchor;
}

/** Keeps the reader's place among the answers: at the end while he follows, else at the same row, whatever comes or grows above it. */
export function useThreadScroll(scroller: RefObject<HTMLDivElement | null>, answers: readonly Item[]): void {
  const following = useRef(true);
  const sent = useRef("");
  const taken = useRef(answers);
  const standing = useRef<Standing | undefined>(undefined);

  // What is there still is the old page: where things stand is noted, for the scrolling may not have been told of yet.
  const old = taken.current;
  const isNew = answers !== old;
  if (isNew && scroller.current && !following.current) standing.current = standingIn(scroller.current, old);
  taken.current = answers;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const sending = answers.findLast(({ state }) => state === "sending")?.key ?? "";
    if (sending !== "" && sending !== sent.current) following.current = true; // who writes wants to see it
    sent.current = sending;
    if (following.current) element.scrollTop = element.scrollHeight;
    else if (standing.current) restore(element, standing.current.answer);
  }, [answers]);

  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    const scrolled = () => {
      following.current = element.scrollHeight - element.clientHeight - element.scrollTop <= AT_END_PX;
      standing.current = following.current ? undefined : standingIn(element, taken.current);
    };
    const resized = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight;
      else if (standing.current) restore(element, standing.current.row);
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

function standingIn(scroller: HTMLElement, answers: readonly Item[]): Standing | undefined {
  const sight = sightOf(scroller);
  if (!sight) return undefined;
  const rows = rowsOf(scroller);
  const keys = new Set(answers.map(({ key }) => key));
  const answer = rows.slice(rows.indexOf(sight.first)).find((row) => keys.has(keyOf(row))) ?? sight.first;
  return { row: anchorOf(scroller, sight.first), answer: anchorOf(scroller, answer) };
}
