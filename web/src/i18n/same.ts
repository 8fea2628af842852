// Words that a language shares with English, for the test that finds what nobody translated.

import type { Tag } from "./language";

export const SAME_AS_ENGLISH: Partial<Record<Tag, readonly string[]>> = {
  de: ["Online", "Offline"],
  fr: ["Invisible"],
  es: ["Invisible"],
  "pt-BR": ["Online", "Offline"],
};
