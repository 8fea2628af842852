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
const TRAILING = /[.,;:!?…*_~]+$/u;

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

/** The same with the names that the message was found to mean; no other @ is marked. */
export function mentionPieces(text: string, named: readonly Named[]): Piece[] {
  return pieces(text).flatMap((piece) => (piece.href === undefined ? split(piece.text, named) : [piece]));
}

function split(text: string, named: readonly Named[]): Piece[] {
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
  let trimmed = link.replace(TRAILING, "");
  // "(see https://example.com/a)" ends before the bracket, "…/a_(b)" does not.
  for (const [open, close] of ["()", "[]"].map((pair) => [...pair] as [string, string])) {
    while (trimmed.endsWith(close) && count(trimmed, close) > count(trimmed, open)) {
      trimmed = trimmed.slice(0, -1).replace(TRAILING, "");
    }
  }
  return trimmed;
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}

function safeHref(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const url = new URL(link);
  return (url.protocol === "http:" || url.protocol === "https:") && url.host !== "" ? url.href : undefined;
}
