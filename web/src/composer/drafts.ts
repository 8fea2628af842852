// What was typed and not sent, by user and room, until the tab is closed.

export class Drafts {
  constructor(
    private readonly userId: string,
    private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">,
  ) {}

  get(roomId: string): string {
    try {
      return this.storage.getItem(this.key(roomId)) ?? "";
    } catch {
      return "";
    }
  }

  set(roomId: string, text: string): void {
    try {
      if (text === "") this.storage.removeItem(this.key(roomId));
      else this.storage.setItem(this.key(roomId), text);
    } catch {
      // Full or forbidden: the draft lives in the field only.
    }
  }

  private key(roomId: string): string {
    return `roomstream.draft.${this.userId}/${roomId}`;
  }
}
