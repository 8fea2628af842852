// Marks inside a paragraph: code, links, mentions, and what is bold, italic or struck. What is not closed is text. Each pass goes
// over the text once, and no expression can match the same characters in two ways: any text takes time in proportion to its length.

import { addressOf, mentionPieces, type Named, pieces } from "../timeline/text";
import type { Emphasis, Inline, Work } from "./tree";

/** A mark and its end stand in one paragraph; what parts two is kept. */
const PARAGRAPHS = /(\n[^\S\n]*\n)/u;
/** [words](address), the address with one level of brackets; between < and > it has no preview. */
const NAMED_LINK = /\[([^[\]\n]+)\]\((?:<((?:[^\s()<>]|\([^\s()<>]*\))+)>|((?:[^\s()<>]|\([^\s()<>]*\))+))\)/gu;
const MARKS = /\*+|_+|~+/gu;
const SPACE = /\s/u;
/**
 * A mark stands at the edge of a word: behind these none opens, before those none closes. It leaves snake_case, x**2, paths and faces
 * (^_^, -_-) alone. Letters without case are no words here: their scripts set no spaces.
 */
const NO_OPENING_BEHIND = /[\p{Lu}\p{Ll}\p{Lt}\p{Lm}\p{N}\p{Pe}\\/^<>=.@#&%$+-]/u;
const NO_CLOSING_BEFORE = /[\p{Lu}\p{Ll}\p{Lt}\p{Lm}\p{N}]/u;

const emphases: Readonly<Record<string, Emphasis>> = { "**": "strong", "*": "em", _: "em", "~~": "s" };
/** The longest run of a sign that is a mark; three stars are both of theirs. */
const longest: Readonly<Record<string, number>> = { "*": 3, _: 1, "~": 2 };

export function parseInline(text: string, named: readonly Named[], work: Work): Inline[] {
  const nodes: Inline[] = [];
  for (const part of text.split(PARAGRAPHS)) {
    for (const node of new Emphases(part, work).of(atomsOf(part, named, work))) append(nodes, node);
  }
  return nodes;
}

/** Something found that no mark reaches into. */
interface Atom {
  readonly from: number;
  readonly to: number;
  readonly node: Inline;
}

function atomsOf(text: string, named: readonly Named[], work: Work): Atom[] {
  const atoms: Atom[] = [];
  let end = 0;
  for (const code of codesOf(text, work)) {
    linksOf(text, end, code.from, named, work, atoms);
    atoms.push(code);
    end = code.to;
  }
  linksOf(text, end, text.length, named, work, atoms);
  return atoms;
}

/** Code between two runs of as many backticks, in one line. */
function codesOf(text: string, work: Work): Atom[] {
  const runs = [...text.matchAll(/`+|\n/gu)].map((match) => ({ from: match.index, size: match[0] === "\n" ? 0 : match[0].length }));
  work.characters += text.length;
  const ends: (number | undefined)[] = runs.map(() => undefined);
  const next = new Map<number, number>();
  for (let i = runs.length - 1; i >= 0; i--) {
    const size = runs[i]?.size ?? 0;
    if (size === 0) next.clear();
    ends[i] = next.get(size);
    if (size > 0) next.set(size, i);
  }
  const atoms: Atom[] = [];
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    const at = ends[i];
    const end = at === undefined ? undefined : runs[at];
    if (!run || !end || at === undefined) continue;
    const inside = text.slice(run.from + run.size, end.from);
    work.characters += inside.length;
    if (inside.trim() === "") continue;
    // A space at both ends is there so that the code can begin with a backtick.
    const code = inside.startsWith(" ") && inside.endsWith(" ") ? inside.slice(1, -1) : inside;
    atoms.push({ from: run.from, to: end.from + end.size, node: { kind: "code", text: code } });
    i = at;
  }
  return atoms;
}

function linksOf(text: string, from: number, to: number, named: readonly Named[], work: Work, atoms: Atom[]): void {
  let end = from;
  work.characters += to - from;
  for (const match of text.slice(from, to).matchAll(NAMED_LINK)) {
    const [whole, words = "", bracketed, bare = ""] = match;
    const href = addressOf(bracketed ?? bare);
    if (href === undefined || words.trim() === "") continue;
    const at = from + match.index;
    // Words that are an address themselves would promise another place than they lead to: each address leads where it says.
    const isTrue = pieces(words).every((piece) => piece.href === undefined || piece.href === href);
    bareOf(text, end, isTrue ? at : at + "[".length + words.length, named, work, atoms);
    end = isTrue ? at + whole.length : at + "[".length + words.length;
    if (isTrue) atoms.push({ from: at, to: end, node: { kind: "link", href, isNamed: true, children: new Emphases(words, work).of([]) } });
  }
  bareOf(text, end, to, named, work, atoms);
}

function bareOf(text: string, from: number, to: number, named: readonly Named[], work: Work, atoms: Atom[]): void {
  if (from === to) return;
  work.characters += to - from;
  let end = from;
  for (const { text: said, href, mention } of mentionPieces(text.slice(from, to), named)) {
    const at = end;
    end += said.length;
    // <address>: the brackets say that it is only that, and has no preview.
    const isBare = href !== undefined && at > from && text[at - 1] === "<" && text[end] === ">" && end < to;
    if (href !== undefined) atoms.push({ from: isBare ? at - 1 : at, to: isBare ? end + 1 : end, node: { kind: "link", href, isNamed: false, children: [{ kind: "text", text: said }] } });
    else if (mention !== undefined) atoms.push({ from: at, to: end, node: { kind: "mention", text: said, isUs: mention === "us" } });
  }
}

/** What a mark began and may yet end; the first has none. */
interface Open {
  readonly mark: string;
  readonly children: Inline[];
}

class Emphases {
  /** Each mark is open once at most, so that there are five of these at most. */
  private readonly open: Open[] = [{ mark: "", children: [] }];

  constructor(
    private readonly text: string,
    private readonly work: Work,
  ) {}

  of(atoms: readonly Atom[]): Inline[] {
    let end = 0;
    for (const { from, to, node } of atoms) {
      this.between(end, from);
      this.add(node);
      end = to;
    }
    this.between(end, this.text.length);
    while (this.open.length > 1) this.giveUp();
    return this.open[0]?.children ?? [];
  }

  private between(from: number, to: number): void {
    let end = from;
    const text = this.text.slice(from, to);
    this.work.characters += text.length;
    for (const match of text.matchAll(MARKS)) {
      const at = from + match.index;
      this.say(this.text.slice(end, at));
      end = at + match[0].length;
      this.run(match[0], this.text[at - 1], this.text[end]);
    }
    this.say(this.text.slice(end, to));
  }

  private run(run: string, before: string | undefined, behind: string | undefined): void {
    const sign = run.charAt(0);
    if (run.length > (longest[sign] ?? 0)) return this.say(run);
    let left = run;
    if (before !== undefined && before !== "\\" && !SPACE.test(before) && (behind === undefined || !NO_CLOSING_BEFORE.test(behind))) left = this.close(sign, run);
    const mayOpen = behind !== undefined && !SPACE.test(behind) && (before === undefined || !NO_OPENING_BEHIND.test(before));
    for (const mark of left.length === 3 ? ["**", "*"] : [left]) {
      if (mayOpen && mark in emphases && !this.open.some((one) => one.mark === mark)) this.open.push({ mark, children: [] });
      else this.say(mark);
    }
  }

  /** Ends what a run of a sign can end: what it fits, else the innermost first. Returns what is left of the run. */
  private close(sign: string, run: string): string {
    let left = run;
    for (;;) {
      const fitting = this.open.findLastIndex(({ mark }) => mark === left);
      const at = left !== "" && fitting > 0 ? fitting : this.open.findLastIndex(({ mark }) => mark.startsWith(sign) && mark.length <= left.length);
      if (at < 1) return left;
      while (this.open.length > at + 1) this.giveUp();
      const done = this.open.pop();
      const kind = done && emphases[done.mark];
      if (!kind) return left;
      this.add({ kind, children: done.children });
      left = left.slice(done.mark.length);
    }
  }

  /** What nothing ended was text. Four marks at most go before another, so nothing is moved more than four times. */
  private giveUp(): void {
    const { mark, children } = this.open.pop() ?? { mark: "", children: [] };
    this.work.characters += children.length;
    this.say(mark);
    for (const child of children) this.add(child);
  }

  private say(text: string): void {
    this.add({ kind: "text", text });
  }

  private add(node: Inline): void {
    const innermost = this.open.at(-1);
    if (innermost) append(innermost.children, node);
  }
}

/** Two texts side by side are one. */
function append(nodes: Inline[], node: Inline): void {
  if (node.kind !== "text") return void nodes.push(node);
  const last = nodes.at(-1);
  if (last?.kind === "text") nodes[nodes.length - 1] = { kind: "text", text: last.text + node.text };
  else if (node.text !== "") nodes.push(node);
}
