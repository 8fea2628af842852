// A message's text in pieces: plain, a link, or a name behind an @. Links are http and https only; every
// piece reaches the page as text.

export interface Piece {
  text: string;
  href?: string;
  /** It names somebody: us, or another. */
  mention?: "us" | "other";
}

/** A name that a message means where it stands behind an @. */
export interface Named {
  readonly name: string;
  readonly isUs: boolean;
}

const LINK = /https?:\/\/[^\s<>"'`\u0000-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/giu;
/** What ends a sentence rather than a link. */
const TRAILING = ".,;:!?…*_~";

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const link = trimLink(match[0]);
    const href = safeHref(link);
    if (href === undefined) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: link, href });
    end = match.index + link.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** Where the first address of a text stands; undefined: there is none. */
export function firstAddress(text: string): { from: number; to: number } | undefined {
  for (const match of text.matchAll(LINK)) {
    const link = trimLink(match[0]);
    if (safeHref(link) !== undefined) return { from: match.index, to: match.index + link.length };
  }
  return undefined;
}

/** A text's pieces with the names that the message was found to mean; no other @ is marked. */
export function mentionPieces(text: string, named: readonly Named[]): Piece[] {
  return pieces(text).flatMap((piece) => (piece.href === undefined ? split(piece.text, named) : [piece]));
}

function split(text: string, named: readonly Named[]): Piece[] {
  if (!text.includes("@")) return [{ text }];
  const longestFirst = [...named].filter(({ name }) => name !== "").sort((a, b) => b.name.length - a.name.length);
  if (longestFirst.length === 0) return [{ text }];
  const names = new Map(longestFirst.map(({ name, isUs }) => [name.toLowerCase(), isUs]));
  const any = longestFirst.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&")).join("|");
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}_])@(${any})(?![\\p{L}\\p{N}_])`, "giu"))) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: match[0], mention: names.get(match[1]?.toLowerCase() ?? "") ? "us" : "other" });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

function trimLink(link: string): string {
  // "(see https://example.com/a)" ends before the bracket, "…/a_(b)" does not.
  const open: Record<string, number> = { ")": count(link, "(") - count(link, ")"), "]": count(link, "[") - count(link, "]") };
  let end = link.length;
  for (; end > 0; end--) {
    const last = link.charAt(end - 1);
    const lacks = open[last];
    if (lacks === undefined ? !TRAILING.includes(last) : lacks >= 0) break;
    if (lacks !== undefined) open[last] = lacks + 1;
  }
  return link.slice(0, end);
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}

/** The address of a link with words of its own; undefined: it is none that one may follow. */
export function addressOf(address: string): string | undefined {
  if (!/^mailto:[^@]+@[^@]/iu.test(address)) return /^https?:\/\//iu.test(address) ? safeHref(address) : undefined;
  return URL.canParse(address) ? new URL(address).href : undefined;
}

function safeHref(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const url = new URL(link);
  return (url.protocol === "http:" || url.protocol === "https:") && url.host !== "" ? url.href : undefined;
}
