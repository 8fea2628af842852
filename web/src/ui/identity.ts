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

/** One or two characters for a name, whole graphemes of any script. */
export function initials(name: string): string {
  const words = name.split(/[\s._:@-]+/u).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const first = firstGrapheme(words[0] ?? name.trim());
  const last = words.length > 1 ? firstGrapheme(words.at(-1) ?? "") : "";
  return (first + last).toUpperCase() || "?";
}

function firstGrapheme(word: string): string {
  for (const { segment } of segments.segment(word)) return segment;
  return "";
}
