// Where the reader is in a timeline, kept there: at the end while he follows, at the same row while he does not. Of a long
// log only the rows around him are on the page; empty elements above and below them are as high as the others would be.

import { type Anchor, anchorOf, keyOf, movedBy, rowOf, rowsOf, sightOf } from "./sight";
import { Extents, type View, viewAround, viewAtEnd } from "./window";

/** So near to the end counts as at the end, in CSS pixels: half a line of text more or less. */
const AT_END_PX = 40;
/** So near to the top, or to a bottom that is not the end, the next page is asked for, in CSS pixels: about one screen ahead. */
const AHEAD_PX = 900;
/** A place that is off by less is left alone, in CSS pixels: nobody sees it, and writing it would end a fling. */
const OFF_PX = 0.5;

/** The elements of a timeline. */
export interface Parts {
  readonly scroller: HTMLElement;
  readonly above: HTMLElement;
  readonly below: HTMLElement;
}

interface Row {
  readonly key: string;
}

/** What the reader sees. */
interface Standing {
  readonly row: Anchor;
  /** The scroller's scrollTop then. */
  readonly scrollTop: number;
}

/** What is done with a row once it is on the page; it may scroll. */
interface Wanted {
  readonly key: string;
  readonly then: (row: HTMLElement) => void;
}

/** One timeline's. take is called while it is rendered, settle when that is laid out, scrolled and resized as they happen. */
export class Place {
  following = true;
  private parts: Parts | undefined;
  private rows: readonly Row[] = [];
  private view: View = { from: 0, to: 0 };
  private readonly extents = new Extents();
  /** From the top of the whole to that of its first row: the name of its day, and of who wrote it. */
  private lead = 0;
  private isOpen = false; // the last row is not the log's end
  private isDue = false; // another view is needed, of the same rows
  private isTaken = false; // the page is about to change
  private anchor: Anchor | undefined; // what must stand where it stood, or is to stand
  private wanted: Wanted | undefined;
  private standing: Standing | undefined; // while he does not follow
  private lastTop = 0; // scrollTop when it was last told of

  /** changed: it is to be rendered anew. onNearTop: older messages should be read; onNearBottom: newer ones should. */
  constructor(
    private readonly changed: () => void,
    private readonly onNearTop: () => void,
    private readonly onNearBottom: () => void,
  ) {}

  /** The row at the top edge; undefined at the end. */
  get nearest(): string | undefined {
    return this.standing?.row.key;
  }

  attach(parts: Parts): void {
    this.parts = parts;
  }

  /** Which rows are to be on the page; isOpen: the last of them is not the log's end, and nobody follows there. What is there still is the old page: where things stand is noted. */
  take(rows: readonly Row[], isOpen: boolean): View {
    if (rows === this.rows && !this.isDue) return this.view;
    const seen = this.note();
    this.isOpen = isOpen;
    if (isOpen) this.following = false;
    const firstKey = this.rows[this.view.from]?.key;
    const from = rows === this.rows ? this.view.from : firstKey === undefined ? -1 : indexOf(rows, firstKey);
    const before = from < 0 ? undefined : { from, to: Math.min(rows.length, from + this.view.to - this.view.from) };
    this.rows = rows;
    this.isDue = false;
    this.isTaken = true;
    this.extents.prune(rows);
    const key = this.wanted?.key ?? this.anchor?.key;
    const first = key === undefined ? -1 : indexOf(rows, key);
    if (this.following || first < 0) this.view = viewAtEnd(rows.length, before);
    else this.view = viewAround(rows.length, first, Math.min(rows.length - 1, first + (this.wanted ? 0 : seen)), before);
    return this.view;
  }

  /** Notes what stands where; gives how many rows are in sight below the first. */
  private note(): number {
    const scroller = this.parts?.scroller;
    if (!scroller) return 0;
    this.hold(); // what grew or shrank in this frame has not been told of
    const rows = rowsOf(scroller);
    const tops = rows.map((row) => row.getBoundingClientRect().top);
    for (let i = 0; i + 1 < rows.length; i++) this.extents.set(keyOf(rows[i] as HTMLElement), (tops[i + 1] as number) - (tops[i] as number));
    const last = rows.at(-1);
    if (last && this.view.to === this.rows.length) this.extents.set(keyOf(last), last.getBoundingClientRect().height);
    if (this.following || this.anchor) return 0;
    const sight = sightOf(scroller);
    this.anchor = sight && anchorOf(scroller, sight.first);
    return sight ? rows.indexOf(sight.last) - rows.indexOf(sight.first) : 0;
  }

  /** Puts the reader where he is, on a page that has just been laid out. */
  settle(): void {
    if (!this.parts || !this.isTaken) return;
    this.isTaken = false;
    const { scroller } = this.parts;
    this.makeRoom(this.parts);
    const { anchor, wanted } = this;
    const row = wanted && rowOf(scroller, wanted.key);
    this.anchor = undefined;
    this.wanted = undefined;
    if (wanted && row) {
      wanted.then(row);
      this.stand(!this.isOpen && this.left() <= AT_END_PX && this.view.to === this.rows.length);
    } else if (this.following) scroller.scrollTop = scroller.scrollHeight;
    else if (anchor) {
      restore(scroller, anchor);
      // A place that was reckoned may lie in the space below its row: what is in sight then is the next one.
      const sight = sightOf(scroller);
      this.standing = { row: sight ? anchorOf(scroller, sight.first) : anchor, scrollTop: scroller.scrollTop };
    }
    this.nearEdge();
  }

  /** Gives the elements above and below the height of what they stand for. */
  private makeRoom({ scroller, above, below }: Parts): void {
    const { from, to } = this.view;
    const first = scroller.querySelector<HTMLElement>("[data-key], [data-note]");
    // What the first row on the page has above it, it may not have had in the middle of a group.
    const lead = first ? first.getBoundingClientRect().top - above.getBoundingClientRect().bottom : 0;
    if (from === 0) this.lead = lead;
    above.style.height = `${from === 0 ? 0 : Math.max(0, this.extents.between(this.rows, 0, from) + this.lead - lead)}px`;
    below.style.height = `${this.extents.between(this.rows, to, this.rows.length)}px`;
  }

  /** The scroller was scrolled, by whomever. */
  scrolled(): void {
    if (!this.parts) return;
    const { scroller } = this.parts;
    // What grew or shrank in this frame is told of only after the scrolling: first things are put where they stood.
    this.hold();
    // Content may have grown since the scrolling that this tells of: only who moved up has left the end.
    this.stand(!this.isOpen && (this.left() <= AT_END_PX || (this.following && scroller.scrollTop >= this.lastTop)));
    if (this.following ? this.view.to !== this.rows.length : !this.isEnough()) this.due();
    this.nearEdge();
  }

  /** Its size changed, or that of what it holds: fonts and pictures arrive late, the composer grows, the window turns. */
  resized(): void {
    if (!this.parts) return;
    const { scroller } = this.parts;
    if (this.following) scroller.scrollTop = scroller.scrollHeight;
    else this.hold();
    if (!this.following && !this.isEnough()) this.due();
  }

  toEnd(): void {
    this.following = true;
    this.wanted = undefined;
    this.standing = undefined;
    this.due();
  }

  /** Puts a row on the page, and has `then` show it. */
  show(key: string, then: (row: HTMLElement) => void): void {
    this.following = false;
    this.wanted = { key, then };
    this.due();
  }

  /** Puts what the reader sees where it stood, but for what he has scrolled since. */
  private hold(): void {
    const scroller = this.parts?.scroller;
    if (!scroller || !this.standing || this.following) return;
    const { row, scrollTop } = this.standing;
    const top = row.top - movedBy(scroller, scrollTop);
    restore(scroller, { ...row, top });
    this.standing = { row: { ...row, top }, scrollTop: scroller.scrollTop };
  }

  private stand(following: boolean): void {
    const scroller = this.parts?.scroller;
    const sight = scroller && !following ? sightOf(scroller) : undefined;
    this.lastTop = scroller?.scrollTop ?? 0;
    this.standing = scroller && sight ? { row: anchorOf(scroller, sight.first), scrollTop: scroller.scrollTop } : undefined;
    if (following === this.following) return;
    this.following = following;
    this.changed();
  }

  /** Whether enough rows around those in sight are on the page; where none is in sight, the one that belongs there is noted. */
  private isEnough(): boolean {
    if (!this.parts) return true;
    const { scroller, above } = this.parts;
    const sight = sightOf(scroller);
    if (!sight) {
      if (this.rows.length === this.view.to - this.view.from) return true;
      const { row, below } = this.extents.at(this.rows, scroller.getBoundingClientRect().top - above.getBoundingClientRect().top - this.lead);
      const key = this.rows[row]?.key;
      this.anchor = key === undefined ? undefined : { key, top: -below };
      return false;
    }
    const rows = rowsOf(scroller);
    const [first, last] = [this.view.from + rows.indexOf(sight.first), this.view.from + rows.indexOf(sight.last)];
    return viewAround(this.rows.length, first, last, this.view) === this.view;
  }

  private due(): void {
    this.isDue = true;
    this.changed();
  }

  private left(): number {
    const scroller = this.parts?.scroller;
    return scroller ? scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop : 0;
  }

  private nearEdge(): void {
    if (!this.parts) return;
    if (this.parts.scroller.scrollTop < AHEAD_PX) this.onNearTop();
    if (this.isOpen && this.left() < AHEAD_PX) this.onNearBottom();
  }
}

function indexOf(rows: readonly Row[], key: string): number {
  return rows.findIndex((row) => row.key === key);
}

/** Scrolls so that a row stands where it stood; one that is gone leaves everything where it is. */
export function restore(scroller: HTMLElement, anchor: Anchor): void {
  const row = rowOf(scroller, anchor.key);
  if (!row) return;
  const off = anchorOf(scroller, row).top - anchor.top;
  if (Math.abs(off) >= OFF_PX) scroller.scrollTop += off;
}
