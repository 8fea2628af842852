// How long to wait before the next attempt to connect.

/** The first wait. A restart of the server is over within a second. */
const FIRST_MS = 300;
/** The longest wait. Longer ones leave people looking at a dead page. */
const LONGEST_MS = 15_000;
/** Every wait is drawn from this share below its full length, so that clients do not come back all at once. */
const JITTER = 0.4;

/** The wait before attempt n, counted from 0, in milliseconds. random is in [0, 1). */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (1 - JITTER * random()));
}
