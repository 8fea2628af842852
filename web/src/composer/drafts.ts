// What was typed and not sent, by user and room, until the tab is closed.

import { type ReadonlySignal, signal } from "@preact/signals";

export class Drafts {
  private readonly full = signal(false);
  /** Something was typed that the storage did not take. */
  readonly atRisk: ReadonlySignal<boolean> = this.full;
  /** What the storage did not take: it is full, or forbidden. */
  private readonly kept = new Map<string, string>();

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
    try {
      if (text === "") this.storage().removeItem(this.key(roomId));
      else this.storage().setItem(this.key(roomId), text);
    } catch {
      if (text !== "") this.kept.set(roomId, text);
    }
    this.full.value = this.kept.size > 0;
  }

  private key(roomId: string): string {
    return `roomstream.draft.${this.userId}/${roomId}`;
  }
}
