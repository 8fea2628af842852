import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Piece } from "./highlight";

/** The languages that have colours, as grammars.ts names them: what knows them is not loaded for any other. */
export const COLOURED = /^(?:[jt]sx?|[cm][jt]s|javascript|typescript|go(?:lang)?|py(?:thon)?|java|[ch]|cpp|cc|cxx|hpp|c\+\+|rs|rust|(?:ba|z)?sh|shell|sql|json|html?|xml|svg|css)$/iu;

const lexer = signal<typeof import("./highlight") | undefined>(undefined);
let isLoading = false;

/** The pieces of a code, in the kinds its language has; undefined: it has none, or they are not known yet. */
export function useHighlight(code: string, language: string): readonly Piece[] | undefined {
  const isColoured = COLOURED.test(language);
  useEffect(() => {
    if (isColoured) void load();
  }, [isColoured]);
  const loaded = isColoured ? lexer.value : undefined;
  return useMemo(() => loaded?.highlight(code, language), [loaded, code, language]);
}

async function load(): Promise<void> {
  if (isLoading) return;
  isLoading = true;
  try {
    lexer.value = await import("./highlight");
  } catch {
    isLoading = false; // the code stays plain; the next one that is shown tries again
  }
}
