import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { restore } from "../timeline/place";
import type { Item } from "../timeline/rows";
import { type Anchor, anchorOf, keyOf, movedBy, rowsOf, sightOf } from "../timeline/sight";

/** So near to the end counts as at the end, in CSS pixels: half a line of text more or less. */
export const AT_END_PX = 40;

/** What the reader sees while he does not follow: the first row in sight, and the first answer, below which older ones never come. */
interface Standing {
  readonly row: Anchor;
  readonly answer: Anchor;
  /** The scroller's scrollTop then. */
  readonly scrollTop: number;
}

/** Keeps the reader's place among the answers: at the end while he follows, else at the same row, whatever comes or grows above it. */
export function useThreadScroll(scroller: RefObject<HTMLDivElement | null>, answers: readonly Item[]): void {
  const following = useRef(true);
  const sent = useRef("");
  const taken = useRef(answers);
  const standing = useRef<Standing | undefined>(undefined);
  const lastTop = useRef(0); // scrollTop when it was last told of, or put at the end
  taken.current = answers;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const sending = answers.findLast(({ state }) => state === "sending")?.key ?? "";
    if (sending !== "" && sending !== sent.current) following.current = true; // who writes wants to see it
    sent.current = sending;
    if (following.current) lastTop.current = toEnd(element);
    else {
      if (standing.current) restore(element, moved(standing.current, element).answer);
      standing.current = standingIn(element, answers);
    }
  }, [answers]);

  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    const hold = () => {
      if (standing.current) restore(element, moved(standing.current, element).row);
    };
    const scrolled = () => {
      // What grew or shrank in this frame is told of only after the scrolling: first things are put where they stood.
      if (!following.current) hold();
      const isAtEnd = element.scrollHeight - element.clientHeight - element.scrollTop <= AT_END_PX;
      // Answers may have come since the scrolling that this tells of: only who moved up has left the end.
      following.current = isAtEnd || (following.current && element.scrollTop >= lastTop.current);
      lastTop.current = element.scrollTop;
      standing.current = following.current ? undefined : standingIn(element, taken.current);
    };
    const resized = new ResizeObserver(() => {
      if (following.current) lastTop.current = toEnd(element);
      else {
        hold();
        standing.current = standingIn(element, taken.current);
      }
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

/** Gives its scrollTop then. */
function toEnd(scroller: HTMLElement): number {
  scroller.scrollTop = scroller.scrollHeight;
  return scroller.scrollTop;
}

function standingIn(scroller: HTMLElement, answers: readonly Item[]): Standing | undefined {
  const sight = sightOf(scroller);
  if (!sight) return undefined;
  const rows = rowsOf(scroller);
  const keys = new Set(answers.map(({ key }) => key));
  const answer = rows.slice(rows.indexOf(sight.first)).find((row) => keys.has(keyOf(row))) ?? sight.first;
  return { row: anchorOf(scroller, sight.first), answer: anchorOf(scroller, answer), scrollTop: scroller.scrollTop };
}

/** Where things belong after what was scrolled since they were noted: the scrolling may not have been told of yet. */
function moved({ row, answer, scrollTop }: Standing, scroller: HTMLElement): Standing {
  const by = movedBy(scroller, scrollTop);
  return { row: { ...row, top: row.top - by }, answer: { ...answer, top: answer.top - by }, scrollTop: scroller.scrollTop };
}
