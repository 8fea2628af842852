// Reading a whole room, of which only a part is on the page at a time.

import type { Page } from "playwright-core";

/** A step, in screens: what is on the page reaches further. */
const SCREENS = 3;

export interface Walk {
  /** The text of each message that was met, in the order of the log. */
  readonly texts: string[];
  /** The most messages that were on the page at once. */
  readonly mostRows: number;
}

/** Scrolls up until the room's beginning is there, which may take so many ms; gives the most messages that were on the page at once. */
export function readToBeginning(page: Page, withinMs: number): Promise<number> {
  return page.evaluate(async (withinMs) => {
    const scroller = document.querySelector<HTMLElement>(".timeline");
    if (!scroller) throw new Error("there is no timeline");
    let most = 0;
    const counting = new MutationObserver(() => (most = Math.max(most, scroller.querySelectorAll(".message").length)));
    counting.observe(scroller, { childList: true, subtree: true });
    const deadline = performance.now() + withinMs;
    while (!document.querySelector(".timeline-start")) {
      if (performance.now() > deadline) throw new Error(`the beginning did not come within ${withinMs} ms`);
      scroller.scrollTop = 0;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    counting.disconnect();
    return most;
  }, withinMs);
}

/** Goes from the beginning of what was read to its end, in steps of less than what is on the page. A message that stands in a wrong place, or twice, fails it. */
export function walk(page: Page): Promise<Walk> {
  return page.evaluate(async (screens) => {
    const scroller = document.querySelector<HTMLElement>(".timeline");
    if (!scroller) throw new Error("there is no timeline");
    const texts: string[] = [];
    let mostRows = 0;
    let newest = 0;
    scroller.scrollTop = 0;
    for (let isEnd = false; !isEnd; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const rows = [...scroller.querySelectorAll<HTMLElement>("[data-seq]")];
      const seqs = rows.map((row) => Number(row.dataset["seq"]));
      const wrong = seqs.find((seq, i) => i > 0 && seq <= (seqs[i - 1] ?? 0));
      if (wrong !== undefined) throw new Error(`message ${wrong} is not where it belongs`);
      rows.forEach((row, i) => {
        if ((seqs[i] ?? 0) <= newest) return;
        newest = seqs[i] ?? 0;
        texts.push(row.querySelector(".bubble-text")?.textContent ?? "");
      });
      mostRows = Math.max(mostRows, rows.length);
      isEnd = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 2;
      scroller.scrollTop += screens * scroller.clientHeight;
    }
    return { texts, mostRows };
  }, SCREENS);
}
