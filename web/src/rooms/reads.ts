// How far this browser's user has read each room. Kept here until the server keeps it.

/** Rooms remembered at most; the oldest entries go first. */
const MAX_ROOMS = 500;

export class Reads {
  private readonly key: string;
  private seqs: Map<string, number>;

  constructor(
    userId: string,
    private readonly storage: Pick<Storage, "getItem" | "setItem">,
  ) {
    this.key = `roomstream.read.${userId}`;
    this.seqs = this.load();
  }

  /** Whether this user never read anything in this browser. */
  get empty(): boolean {
    return this.seqs.size === 0;
  }

  /** The last seq read; undefined for a room never seen. */
  get(roomId: string): number | undefined {
    return this.seqs.get(roomId);
  }

  /** Marks a room read up to seq. It never goes back, but for force (a restored log). */
  set(roomId: string, seq: number, force = false): void {
    const old = this.seqs.get(roomId);
    if (old !== undefined && (old === seq || (old > seq && !force))) return;
    this.seqs.delete(roomId);
    this.seqs.set(roomId, seq);
    while (this.seqs.size > MAX_ROOMS) this.seqs.delete(this.seqs.keys().next().value as string);
    try {
      this.storage.setItem(this.key, JSON.stringify([...this.seqs]));
    } catch {
      // Full or forbidden: the numbers live as long as the page.
    }
  }

  private load(): Map<string, number> {
    try {
      const entries: unknown = JSON.parse(this.storage.getItem(this.key) ?? "[]");
      if (!Array.isArray(entries)) return new Map();
      return new Map(entries.filter((e): e is [string, number] => Array.isArray(e) && typeof e[0] === "string" && Number.isSafeInteger(e[1])));
    } catch {
      return new Map();
    }
  }
}
