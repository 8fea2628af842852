// How long to wait before something is tried again.

/** A server's restart is over within a second. */
const FIRST_MS = 300;
const LONGEST_MS = 15_000;
/** Waits are drawn from this share below their full length, so that clients do not come back all at once. */
const JITTER = 0.4;

/** The wait before attempt n, counted from 0, in milliseconds. */
export function backoffMs(attempt: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (1 - JITTER * Math.random()));
}

/** Resolves after so many milliseconds; at once when the signal says that nobody waits any more. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted) done();
    else signal?.addEventListener("abort", done);
  });
}
