// What was typed and not sent, by user and place, until it is sent or its writer signs out. All tabs of a browser have it in
// common: what is typed in one is seen in the others.

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";

const PREFIX = "roomstream.draft.";

export class Drafts {
  private readonly refused = signal<"full" | "none" | undefined>(undefined);
  /** Something was typed that the storage did not take: it is full, or there is none here; undefined: it took all. */
  readonly atRisk: ReadonlySignal<"full" | "none" | undefined> = this.refused;
  /** What the storage did not take: it is full, or forbidden. */
  private readonly kept = new Map<string, string>();
  private readonly listeners = new Map<string, () => void>();
  private readonly owned = new Map<string, Signal<string>>();

  constructor(
    private readonly userId: string,
    /** Throws where storage is forbidden. */
    private readonly storage: () => Pick<Storage, "getItem" | "setItem" | "removeItem">,
  ) {}

  get(roomId: string): string {
    const kept = this.kept.get(roomId);
    if (kept !== undefined) return kept;
    try {
      return this.storage().getItem(this.key(roomId)) ?? "";
    } catch {
      return "";
    }
  }

  set(roomId: string, text: string): void {
    this.kept.delete(roomId);
    let why = this.refused.peek();
    try {
      if (text === "") this.storage().removeItem(this.key(roomId));
      else this.storage().setItem(this.key(roomId), text);
    } catch (error) {
      if (text !== "") this.kept.set(roomId, text);
      why = error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : "none";
    }
    this.refused.value = this.kept.size > 0 ? why : undefined;
  }

  /** What this tab has at a place: what was kept when it was first asked for, then what it put there. What another tab does at the same place does not take the field away here. */
  own(place: string): ReadonlySignal<string> {
    return this.ownedAt(place);
  }

  put(place: string, text: string): void {
    this.set(place, text);
    this.ownedAt(place).value = text;
  }

  /** Calls told when another tab has changed a place's draft, until the returned function is called. A place has one listener. */
  listen(roomId: string, told: () => void): () => void {
    this.listeners.set(roomId, told);
    return () => {
      if (this.listeners.get(roomId) === told) this.listeners.delete(roomId);
    };
  }

  /** Hears what other tabs store, until the returned function is called. */
  share(page: Pick<EventTarget, "addEventListener" | "removeEventListener">): () => void {
    const stored = (event: Event) => {
      const { key } = event as StorageEvent;
      const mine = this.key("");
      if (!key?.startsWith(mine)) return;
      const roomId = key.slice(mine.length);
      this.kept.delete(roomId);
      this.listeners.get(roomId)?.();
    };
    page.addEventListener("storage", stored);
    return () => page.removeEventListener("storage", stored);
  }

  private ownedAt(place: string): Signal<string> {
    let owned = this.owned.get(place);
    if (!owned) this.owned.set(place, (owned = signal(this.get(place))));
    return owned;
  }

  private key(roomId: string): string {
    return `${PREFIX}${this.userId}/${roomId}`;
  }
}

/** Forgets all a user has typed: he signs out, and others may use this browser. */
export function forgetDrafts(userId: string, storage: () => Storage): void {
  try {
    const there = storage();
    for (const key of Object.keys(there)) if (key.startsWith(`${PREFIX}${userId}/`)) there.removeItem(key);
  } catch {
    // Then nothing is kept.
  }
}
