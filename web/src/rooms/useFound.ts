import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../chat/asking";

/** Typing pauses so long before it is looked up, in ms. */
const PAUSE_MS = 200;

export interface Found<T> {
  kind: "loading" | "ready" | "failed";
  items: readonly T[];
  message: string; // why it failed
}

/** What a question about a text brings, asked anew when the text has stood for a moment. The latest text wins. */
export function useFound<T>(query: string, ask: (query: string) => Promise<readonly T[]>): Found<T> {
  const [found, setFound] = useState<Found<T>>({ kind: "loading", items: [], message: "" });
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      ask(query).then(
        (items) => current && setFound({ kind: "ready", items, message: "" }),
        (error: unknown) => current && setFound({ kind: "failed", items: [], message: messageOf(error) }),
      );
    }, query === "" ? 0 : PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query]);
  return found;
}
