import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

/** How long a line stays, in ms. */
const SAID_MS = 4_000;

export interface Toast {
  /** Where it is said; it must be on the page before anything is, or a screen reader misses it. */
  toast: VNode;
  say: (line: string) => void;
}

/** One line that says what came of something, and goes by itself. */
export function useToast(): Toast {
  // An object, so that the same line said again begins anew.
  const [said, setSaid] = useState({ line: "" });
  useEffect(() => {
    if (!said.line) return undefined;
    const timer = setTimeout(() => setSaid({ line: "" }), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const toast = (
    <p class="toast" role="status">
      {said.line}
    </p>
  );
  return { toast, say: (line) => setSaid({ line }) };
}
