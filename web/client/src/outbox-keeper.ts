// Has an outbox's store keep its entries, and knows whether it does.
//
// Order and loss: what the store is to do for one clientId it does in turn, and of what it has
// not begun only the last counts. A store that fails, or does not answer, is in nobody's way:
// the outbox itself has everything, for as long as it lives. What could not be kept is tried
// again when the store has room again, or answers.

import type { OutboxEntry, OutboxStore } from "./outbox-store.js";

/** How long anybody waits for the store, in ms. An IndexedDB takes some 10 ms, one that another page blocks for ever. */
const PATIENCE_MS = 5_000;

/**
 * Whether what waits outlives the page. memory: it does not, because there is no store ("absent"), it takes no more
 * ("full"), the browser does not allow one ("forbidden"), it does not answer ("silent"), or something else ("failed").
 */
export type OutboxStorage = { readonly kind: "kept" } | { readonly kind: "memory"; readonly reason: "absent" | "full" | "forbidden" | "silent" | "failed" };

type Reason = Extract<OutboxStorage, { kind: "memory" }>["reason"];

export class Keeper {
  #storage: OutboxStorage;
  /** What the store is to do and has not begun: undefined removes. */
  readonly #wanted = new Map<string, OutboxEntry | undefined>();
  readonly #working = new Map<string, Promise<void>>();
  /** What it has refused, the first first. */
  readonly #refused = new Map<string, OutboxEntry>();
  /** Why it refused, until it takes something again. */
  #trouble: Reason | undefined;
  /** It lets somebody wait: until it answers nobody waits, and nothing is begun. */
  #silent = false;

  /** told: of another storage than before. */
  constructor(
    private readonly store: OutboxStore,
    private readonly told: (storage: OutboxStorage) => void,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.#storage = store.lasting === false ? { kind: "memory", reason: "absent" } : { kind: "kept" };
  }

  get storage(): OutboxStorage {
    return this.#storage;
  }

  /** Reads what is kept, nothing where that fails. It resolves when that was taken, or is not to be waited for any more: then it is taken when it comes. */
  load(take: (entries: readonly OutboxEntry[]) => void): Promise<void> {
    const work = async (): Promise<void> => {
      let entries: readonly OutboxEntry[] = [];
      try {
        entries = await this.store.load();
        this.#answered(undefined);
      } catch (error) {
        this.#answered(reasonOf(error));
      }
      take(entries);
    };
    return this.#patiently(work());
  }

  /** Resolves when it is kept, or is not to be waited for. */
  put(entry: OutboxEntry): Promise<void> {
    return this.#want(entry.clientId, entry);
  }

  remove(clientId: string): Promise<void> {
    return this.#want(clientId, undefined);
  }

  #want(clientId: string, entry: OutboxEntry | undefined): Promise<void> {
    this.#refused.delete(clientId);
    this.#wanted.set(clientId, entry);
    if (this.#silent) return Promise.resolve();
    return this.#patiently(this.#begin(clientId));
  }

  #begin(clientId: string): Promise<void> {
    const before = this.#working.get(clientId);
    if (before) return before;
    const work = this.#work(clientId);
    this.#working.set(clientId, work);
    void work.then(() => {
      this.#working.delete(clientId);
      // Wanted between its last look and now.
      if (this.#wanted.has(clientId)) void this.#begin(clientId);
    });
    return work;
  }

  async #work(clientId: string): Promise<void> {
    while (this.#wanted.has(clientId)) {
      const entry = this.#wanted.get(clientId);
      this.#wanted.delete(clientId);
      try {
        await (entry ? this.store.put(entry) : this.store.remove(clientId));
        // That something could be removed does not say that there is room: what was refused is tried.
        this.#answered(entry ? undefined : this.#trouble, true);
      } catch (error) {
        if (entry && !this.#wanted.has(clientId)) this.#refused.set(clientId, entry);
        this.#answered(reasonOf(error));
      }
    }
  }

  async #patiently(work: Promise<void>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waited = new Promise<"silent">((resolve) => (timer = setTimeout(resolve, this.patienceMs, "silent")));
    const first = await Promise.race([work, waited]);
    clearTimeout(timer);
    if (first !== "silent") return;
    this.#silent = true;
    this.#tell();
  }

  /** It has answered; trouble: that it does not keep what it is to keep. */
  #answered(trouble: Reason | undefined, retry = trouble === undefined): void {
    this.#trouble = trouble ?? (this.#refused.size > 0 ? this.#trouble : undefined);
    this.#silent = false;
    for (const clientId of this.#wanted.keys()) void this.#begin(clientId);
    const [refused] = this.#refused.values();
    // One at a time: where this one is taken the next one's turn comes.
    if (retry && refused) void this.put(refused);
    this.#tell();
  }

  #tell(): void {
    if (this.store.lasting === false) return;
    const reason = this.#silent ? "silent" : this.#trouble;
    if (reason === (this.#storage.kind === "memory" ? this.#storage.reason : undefined)) return;
    this.#storage = reason === undefined ? { kind: "kept" } : { kind: "memory", reason };
    this.told(this.#storage);
  }
}

function reasonOf(error: unknown): Reason {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "QuotaExceededError") return "full";
  // Some browsers call it so where nothing is kept in a private window.
  return name === "SecurityError" || name === "InvalidStateError" ? "forbidden" : "failed";
}
