// Questions about ids, gathered for a moment: a list names many at once.

/** Ids one question may name. */
const MOST_IDS = 100;
/** Ids are gathered so long before they are asked for, in ms. */
const COLLECT_MS = 30;

export class Collector {
  private readonly wanted = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** ask takes what the answer brings; what it rejects is asked again with resume. */
  constructor(private readonly ask: (ids: readonly string[]) => Promise<void>) {}

  want(id: string): void {
    this.wanted.add(id);
    this.later();
  }

  /** Goes on with what could not be asked; the connection is back. */
  resume(): void {
    if (this.wanted.size > 0) this.later();
  }

  private later(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.next();
    }, COLLECT_MS);
  }

  private async next(): Promise<void> {
    const ids = [...this.wanted].slice(0, MOST_IDS);
    if (ids.length === 0) return;
    // What is wanted again from now on may be another answer than the one that is on its way.
    for (const id of ids) this.wanted.delete(id);
    try {
      await this.ask(ids);
    } catch {
      for (const id of ids) this.wanted.add(id);
      return; // see resume
    }
    this.resume();
  }
}
