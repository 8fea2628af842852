// How somebody, or a room, is told from others at a glance: initials and a hue.

/** Hues in src/styles/tokens.css; each gives enough contrast in both themes. */
const HUES = 10;

/** The hue of an id; the same everywhere. */
export function hueOf(id: string): number {
  let hash = 2166136261; // FNV-1a, 32 bits
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  return (hash >>> 0) % HUES;
}

const segments = new Intl.Segmenter("en", { granularity: "grapheme" });

/** One or two characters for a person's name, whole graphemes of any script: first and last word. */
export function initials(name: string): string {
  const words = wordsOf(name);
  return pair(words[0] ?? name.trim(), words.length > 1 ? words.at(-1) : undefined);
}

/** The same for a room's: the first two words. */
export function roomInitials(name: string): string {
  const words = wordsOf(name);
  return pair(words[0] ?? name.trim(), words[1]);
}

/** What turns the direction of a text, or is not seen: as an initial it would be nothing. The joiners of emoji and scripts are not among them. */
const UNSEEN = /(?![\u200c\u200d])\p{Cf}/gu;
/** More marks on one character than any script has: they would reach out of the picture. */
const HEAPED = /(\p{M}{4})\p{M}+/gu;

function wordsOf(name: string): string[] {
  return name.replace(UNSEEN, "").split(/[\s._:@-]+/u).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
}

function pair(first: string, second: string | undefined): string {
  return (firstGrapheme(first) + firstGrapheme(second ?? "")).toUpperCase() || "?";
}

function firstGrapheme(word: string): string {
  for (const { segment } of segments.segment(word.replace(UNSEEN, ""))) return /^[\p{M}\s]+$/u.test(segment) ? "" : segment.replace(HEAPED, "$1");
  return "";
}
