// Which rows of a long timeline are on the page, and how high the others would be: a row is a message or a note.

import type { Day } from "./rows";

/** Rows on the page, about five screens: enough that a turn of the wheel does not reach their end before the next ones are made. */
export const MOST_ROWS = 150;
/** While the end is followed so many more come before as many leave at the other side: not one for each new message. */
const END_SLACK = 25;
/** How high a row is taken to be before any was measured, in CSS pixels: a line of text in its bubble. */
const GUESSED_PX = 48;

/** The rows from `from` to before `to`. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** The last rows of `count`. before: what is on the page, by the same numbers. */
export function viewAtEnd(count: number, before?: View): View {
  const kept = before ? count - before.from : 0;
  if (before && kept >= Math.min(count, MOST_ROWS) && kept <= MOST_ROWS + END_SLACK) return { from: before.from, to: count };
  return { from: Math.max(0, count - MOST_ROWS), to: count };
}

/** The rows around those in sight, from first to last. It is `before` while that leaves enough on both sides. */
export function viewAround(count: number, first: number, last: number, before?: View): View {
  const spare = Math.max(0, Math.floor((MOST_ROWS - (last - first + 1)) / 2));
  if (before && reaches(before, count, first, last, spare / 2)) return before;
  const from = Math.max(0, Math.min(first - spare, count - MOST_ROWS));
  const to = Math.min(count, from + MOST_ROWS);
  // Where more is in sight than may be on the page, no other view helps.
  return before?.from === from && before.to === to ? before : { from, to };
}

function reaches(view: View, count: number, first: number, last: number, enough: number): boolean {
  if (view.from < 0 || view.to > count || view.to - view.from > MOST_ROWS + END_SLACK || first < view.from || last >= view.to) return false;
  return (view.from === 0 || first - view.from >= enough) && (view.to === count || view.to - 1 - last >= enough);
}

/** What of the days a view shows. Days and groups keep their keys wherever they are cut, so that their elements stay. */
export function cut(days: readonly Day[], { from, to }: View): Day[] {
  const shown: Day[] = [];
  let row = 0;
  for (const day of days) {
    if (row >= to) break;
    const groups: Day["groups"] = [];
    for (const group of day.groups) {
      const size = group.note ? 1 : group.items.length;
      const [start, end] = [Math.max(0, from - row), Math.min(size, to - row)];
      row += size;
      if (start >= end) continue;
      groups.push(end - start === size ? group : { ...group, items: group.items.slice(start, end) });
    }
    if (groups.length > 0) shown.push({ ...day, groups });
  }
  return shown;
}

interface Keyed {
  readonly key: string;
}

/**
 * How far each row's top is from the next one's, in CSS pixels: as it was when it was on the page last, the mean of these for others.
 * In another width it is off until the row is there again, which only the scrollbar shows: what is in sight is held by its anchor.
 */
export class Extents {
  private readonly known = new Map<string, number>();
  private sum = 0;

  private get mean(): number {
    return this.known.size === 0 ? GUESSED_PX : this.sum / this.known.size;
  }

  set(key: string, px: number): void {
    this.sum += px - (this.known.get(key) ?? 0);
    this.known.set(key, px);
  }

  /** Forgets what is in a log no more, once that is most of what is known. */
  prune(rows: readonly Keyed[]): void {
    if (this.known.size <= 2 * rows.length + MOST_ROWS) return;
    const kept = rows.map(({ key }): [string, number | undefined] => [key, this.known.get(key)]);
    this.known.clear();
    this.sum = 0;
    for (const [key, px] of kept) if (px !== undefined) this.set(key, px);
  }

  /** From the top of row `from` to that of row `to`. */
  between(rows: readonly Keyed[], from: number, to: number): number {
    const { mean } = this;
    let px = 0;
    for (let i = from; i < to; i++) px += this.known.get((rows[i] as Keyed).key) ?? mean;
    return px;
  }

  /** The row that stands so far below the top of the first one, and how far below its own top that is. */
  at(rows: readonly Keyed[], px: number): { row: number; below: number } {
    const { mean } = this;
    let below = Math.max(0, px);
    for (let i = 0; i < rows.length - 1; i++) {
      const extent = this.known.get((rows[i] as Keyed).key) ?? mean;
      if (below < extent) return { row: i, below };
      below -= extent;
    }
    return { row: Math.max(0, rows.length - 1), below: 0 };
  }
}
