// What of a timeline's rows is in sight. Messages carry data-key and, once they are in the log, data-seq; notes carry data-note.

/** A row, and how far below the scroller's top edge its own is, in CSS pixels. */
export interface Anchor {
  readonly key: string;
  readonly top: number;
}

export interface Sight {
  readonly first: HTMLElement;
  readonly last: HTMLElement;
}

/** All rows on the page, in order. */
export function rowsOf(scroller: HTMLElement): HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>("[data-key], [data-note]")];
}

export function keyOf(row: HTMLElement): string {
  return row.dataset["key"] ?? `n${row.dataset["note"]}`;
}

/** The first and the last row that are at least partly in sight; undefined where none is. */
export function sightOf(scroller: HTMLElement): Sight | undefined {
  const { top, bottom } = scroller.getBoundingClientRect();
  const rows = rowsOf(scroller);
  const first = rows[endingAbove(rows, top)];
  if (!first || first.getBoundingClientRect().top >= bottom) return undefined;
  const last = rows[Math.min(endingAbove(rows, bottom), rows.length - 1)] ?? first;
  return { first, last };
}

export function anchorOf(scroller: HTMLElement, row: HTMLElement): Anchor {
  return { key: keyOf(row), top: row.getBoundingClientRect().top - scroller.getBoundingClientRect().top };
}

/** How far the reader has moved down since the scroller was at scrollTop, in CSS pixels. */
export function movedBy(scroller: HTMLElement, scrollTop: number): number {
  const by = scroller.scrollTop - scrollTop;
  // Who is at the end, and came there upwards, was put there by what shrank.
  const isAtEnd = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 1;
  return by < 0 && isAtEnd ? 0 : by;
}

/** A row by its key; undefined where it is not on the page. */
export function rowOf(scroller: HTMLElement, key: string): HTMLElement | undefined {
  return rowsOf(scroller).find((row) => keyOf(row) === key);
}

/** What of the log is in sight: the seqs of the first message that is not wholly above, and of the last that stands whole; 0: there is none. */
export function inSight(scroller: HTMLElement): { first: number; last: number } {
  const { top, bottom } = scroller.getBoundingClientRect();
  const messages = scroller.querySelectorAll<HTMLElement>("[data-seq]");
  const seqAt = (i: number) => Number(messages[i]?.dataset["seq"] ?? 0);
  return { first: seqAt(endingAbove(messages, top)), last: seqAt(endingAbove(messages, bottom) - 1) };
}

/** How many of these rows stand wholly above an edge. */
function endingAbove(rows: ArrayLike<HTMLElement>, edge: number): number {
  let low = 0;
  let high = rows.length; // they stand in order, so halves will do
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as HTMLElement).getBoundingClientRect().bottom <= edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
