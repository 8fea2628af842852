import { useEffect, useRef, useState } from "preact/hooks";
import { unreadable } from "../../api";
import type { AdminRequests } from "../requests";
import { type Trouble, troubleOf } from "../useList";
import { decodeHealth, type Health } from "./decode";

/** How long after an answer the server is asked again, in ms: what instances tell each other is some seconds old anyway. */
const EVERY_MS = 2_000;

export interface ReadHealth {
  readonly health: Health | undefined;
  /** When it was read, ms of Date.now(). */
  readonly readAt: number | undefined;
  /** What the last reading came to, if it failed. */
  readonly trouble: Trouble | undefined;
}

export interface Watching extends ReadHealth {
  /** Reads it at once. */
  readonly refresh: () => void;
}

/** How the server is, read again and again while the page is in sight. */
export function useHealth(requests: AdminRequests): Watching {
  const [read, setRead] = useState<ReadHealth>({ health: undefined, readAt: undefined, trouble: undefined });
  const now = useRef(() => {});
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    const ask = async () => {
      timer = undefined;
      isAsking = true;
      try {
        const health = decodeHealth(await requests.ask("GET", "/api/admin/health"));
        if (!health) throw unreadable();
        if (!isOver) setRead({ health, readAt: Date.now(), trouble: undefined });
      } catch (error) {
        if (!isOver) setRead((old) => ({ ...old, trouble: troubleOf(error) }));
      }
      isAsking = false;
      again();
    };
    const again = () => {
      if (!isOver && !isAsking && timer === undefined && document.visibilityState === "visible") {
        timer = setTimeout(() => void ask(), EVERY_MS);
      }
    };
    document.addEventListener("visibilitychange", again);
    now.current = () => {
      if (isAsking) return;
      clearTimeout(timer);
      void ask();
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [requests]);
  return { ...read, refresh: () => now.current() };
}
