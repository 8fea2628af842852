// A message's text in pieces: plain, or a link. Links are http and https only; every
// piece reaches the page as text.

export interface Piece {
  text: string;
  href?: string;
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
