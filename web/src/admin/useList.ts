import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { wordsOf } from "../chat/asking";
import { ChatError } from "../../client/src/index";
import type { t } from "../i18n/en/admin";
import type { Words } from "../i18n/words";
import type { Page } from "../protocol";

/** What a list holds, by its key of the catalogue. */
export type Listed = keyof (typeof t)["english"] & `list${string}`;

/** Why there is nothing to see. */
export type Trouble = { kind: "failed" | "forbidden" | "missing"; message: Words };

interface Held<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  /** When it was read; ms of Date.now(). Undefined: not yet. */
  readonly readAt: number | undefined;
  readonly busy: boolean;
  /** What the last reading came to, if it failed; what was read before is still there. */
  readonly trouble: Trouble | undefined;
  /** Why the next page could not be read; what is there is no older for it. */
  readonly nextTrouble: Trouble | undefined;
}

/** A list of the server as it is shown, whatever it is of. */
export interface ReadList<T = unknown> extends Held<T> {
  readonly refresh: () => void;
  readonly readMore: () => void;
}

export interface List<T> extends ReadList<T> {
  /** Changes what is shown of one, in its place. */
  readonly put: (isIt: (item: T) => boolean, item: T) => void;
}

const nothing = { items: [], more: false, readAt: undefined, busy: true, trouble: undefined, nextTrouble: undefined };

/**
 * A list read page by page: `read` is given the last item of the page before. It begins anew when `about` changes, and is
 * read again when the connection comes back after a failure.
 */
export function useList<T>(about: string, online: boolean, read: (last: T | undefined) => Promise<Page<T>>): List<T> {
  const [held, setHeld] = useState<Held<T>>(nothing);
  const pages = useRef(1);
  const latest = useRef(0); // an answer to an earlier question is dropped
  const reading = useRef(read);
  reading.current = read;

  const begin = useCallback(async () => {
    const question = ++latest.current;
    setHeld((old) => ({ ...old, busy: true }));
    try {
      const items: T[] = [];
      let more = true;
      for (let page = 0; page < pages.current && more; page++) {
        const next = await reading.current(items.at(-1));
        items.push(...next.items);
        more = next.more && next.items.length > 0;
      }
      if (question === latest.current) setHeld({ items, more, readAt: Date.now(), busy: false, trouble: undefined, nextTrouble: undefined });
    } catch (error) {
      if (question === latest.current) setHeld((old) => ({ ...old, busy: false, trouble: troubleOf(error) }));
    }
  }, []);

  useEffect(() => {
    pages.current = 1;
    setHeld(nothing);
    void begin();
    return () => {
      latest.current++;
    };
  }, [about, begin]);

  const failed = (held.trouble ?? held.nextTrouble)?.kind === "failed";
  useEffect(() => {
    if (online && failed) void begin();
  }, [online]);

  const next = async () => {
    const question = ++latest.current;
    setHeld((old) => ({ ...old, busy: true, nextTrouble: undefined })); // what fails once more is said once more
    try {
      const page = await reading.current(held.items.at(-1));
      if (question !== latest.current) return;
      pages.current++;
      setHeld((old) => ({ ...old, items: [...old.items, ...page.items], more: page.more && page.items.length > 0, busy: false }));
    } catch (error) {
      if (question === latest.current) setHeld((old) => ({ ...old, busy: false, nextTrouble: troubleOf(error) }));
    }
  };
  return {
    ...held,
    refresh: () => void begin(),
    readMore: () => void next(),
    put: (isIt, item) => setHeld((old) => ({ ...old, items: old.items.map((one) => (isIt(one) ? item : one)) })),
  };
}

export function troubleOf(error: unknown): Trouble {
  const code = error instanceof ChatError ? error.code : undefined;
  const kind = code === "FORBIDDEN" ? "forbidden" : code === "NOT_FOUND" ? "missing" : "failed";
  return { kind, message: wordsOf(error) };
}
