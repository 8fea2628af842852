import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Words } from "../i18n/words";

/** How long a line stays, in ms. */
const SAID_MS = 4_000;

export interface Toast {
  /** Where it is said; it must be on the page before anything is, or a screen reader misses it. */
  toast: VNode;
  say: (line: Words) => void;
}

/** One line that says what came of something, and goes by itself. */
export function useToast(): Toast {
  // An object, so that the same line said again begins anew.
  const [said, setSaid] = useState<{ line?: Words }>({});
  useEffect(() => {
    if (!said.line) return undefined;
    const timer = setTimeout(() => setSaid({}), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const toast = (
    <p class="toast" role="status">
      {said.line?.text}
    </p>
  );
  return { toast, say: (line) => setSaid({ line }) };
}
