// What was typed and not sent, by user and room, until the tab is closed.

export class Drafts {
  /** What the storage did not take: it is full, or forbidden. */
  private readonly kept = new Map<string, string>();

  constructor(
    private readonly userId: string,
    private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">,
  ) {}

  get(roomId: string): string {
    const kept = this.kept.get(roomId);
    if (kept !== undefined) return kept;
    try {
      return this.storage.getItem(this.key(roomId)) ?? "";
    } catch {
      return "";
    }
  }

  set(roomId: string, text: string): void {
    this.kept.delete(roomId);
    try {
      if (text === "") this.storage.removeItem(this.key(roomId));
      else this.storage.setItem(this.key(roomId), text);
    } catch {
      this.kept.set(roomId, text);
    }
  }

  private key(roomId: string): string {
    return `roomstream.draft.${this.userId}/${roomId}`;
  }
}
