/** How long a test waits for something that should come at once, on a busy machine. */
export const PATIENCE_MS = 45_000;

const POLL_MS = 10;

/** Waits until the condition holds; fails with `what` when it does not within the deadline. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, deadlineMs = PATIENCE_MS): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await lasting(POLL_MS);
  }
}

/** The promise's value, or a failure that says what did not come in time. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${deadlineMs} ms: ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How long a fault lasts. Nothing is expected at its end: to wait FOR something, use `until`. */
export const lasting = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
