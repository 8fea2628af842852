import { useEffect, useState } from "preact/hooks";

/** The time, ms of Date.now(), read anew every everyMs, and when something else changes. */
export function useNow(everyMs: number, changes?: unknown): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, changes]);
  return now;
}
