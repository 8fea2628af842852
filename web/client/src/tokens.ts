// The token one signs in with: fetched when needed, kept until it is said to be of no use.

export type TokenSource = string | (() => string | Promise<string>);

export class Tokens {
  #kept: Promise<string> | undefined;
  #coming = false; // the kept one is still being fetched

  constructor(private readonly source: TokenSource) {}

  /** Whether another token can be had at all. */
  get renewable(): boolean {
    return typeof this.source === "function";
  }

  /** The kept token, or a new one; `fresh` says which. A source that fails is asked again the next time. */
  async get(): Promise<{ token: string; fresh: boolean }> {
    const fresh = this.#kept === undefined;
    const { source } = this;
    if (fresh) this.#coming = true;
    const kept = (this.#kept ??= Promise.resolve().then(() => (typeof source === "function" ? source() : source)));
    try {
      return { token: await kept, fresh };
    } catch (error) {
      if (this.#kept === kept) this.#kept = undefined;
      throw error;
    } finally {
      if (this.#kept === kept || !this.#kept) this.#coming = false;
    }
  }

  /**
   * The kept token is of no use any more. One that is still being fetched is another: its source
   * gives it once, perhaps, and whoever asks next is to have it.
   */
  drop(): void {
    if (!this.#coming) this.#kept = undefined;
  }
}
