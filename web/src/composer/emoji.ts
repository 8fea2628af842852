// Emoji by the names people type behind a colon.

import type { Typed } from "./mention";

/** A colon and one letter are part of a smiley more often than of a name. */
const SHORTEST = 2;

/** What is typed behind a colon that ends at the caret; undefined: nothing is. A colon within a word is a time's or an address's. */
export function emojiTypedAt(text: string, caret: number): Typed | undefined {
  const query = new RegExp(`(?:^|[\\s(])(:)([a-z0-9_+-]{${SHORTEST},})$`, "iu").exec(text.slice(0, caret))?.[2];
  return query === undefined ? undefined : { at: caret - query.length - 1, query: query.toLowerCase() };
}
