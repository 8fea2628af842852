// One search as this page holds it: what is looked for, and what was found so far.

import { signal } from "@preact/signals";
import { ChatError, type Chat as Client } from "../../client/src/index";
import { messageOf } from "../chat/asking";
import { t } from "../i18n/en/search";
import { type Words, words } from "../i18n/words";
import { type FoundMessage, foundOf } from "./found";

/** How long the reader must pause in typing before a search begins, in ms: a word is typed faster. */
const PAUSE_MS = 300;

/** The longest query the server takes, in UTF-16 units: what is longer in characters is longer in these, too. */
export const MAX_QUERY = 256;

export type SearchState =
  | { kind: "idle" }
  | { kind: "loading"; found: readonly FoundMessage[] }
  | { kind: "failed"; found: readonly FoundMessage[]; why: Words }
  | { kind: "ready"; found: readonly FoundMessage[]; next: string | undefined };

export class Search {
  readonly text = signal("");
  /** Only in this room; undefined: in all of them. */
  readonly roomId = signal<string | undefined>(undefined);
  readonly state = signal<SearchState>({ kind: "idle" });

  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0; // counts searches: an answer to an earlier one is dropped

  constructor(private readonly client: Client) {}

  /** Takes what was typed, and searches after a pause. */
  type(text: string): void {
    this.text.value = text;
    clearTimeout(this.timer);
    if (text.trim() === "") return this.stop();
    this.timer = setTimeout(() => this.begin(), PAUSE_MS);
  }

  within(roomId: string | undefined): void {
    this.roomId.value = roomId;
    if (this.text.peek().trim() !== "") this.begin();
  }

  /** Searches at once, from the newest message on. */
  begin(): void {
    clearTimeout(this.timer);
    if (this.text.peek().trim() === "") return this.stop();
    void this.read([], undefined);
  }

  /** Reads the next page, or the one that failed. */
  more(): void {
    const state = this.state.peek();
    if (state.kind === "failed" && state.found.length === 0) return this.begin();
    if (state.kind === "ready" && state.next !== undefined) void this.read(state.found, state.next);
    if (state.kind === "failed") void this.read(state.found, this.failedAt);
  }

  /** Forgets all. */
  clear(): void {
    this.text.value = "";
    this.stop();
  }

  private failedAt: string | undefined;

  private stop(): void {
    clearTimeout(this.timer);
    this.asked++;
    this.state.value = { kind: "idle" };
  }

  private async read(found: readonly FoundMessage[], before: string | undefined): Promise<void> {
    const asked = ++this.asked;
    this.state.value = { kind: "loading", found };
    try {
      const roomId = this.roomId.peek();
      const page = foundOf(await this.client.search(this.text.peek(), { ...(roomId !== undefined && { roomId }), ...(before !== undefined && { before }) }));
      if (asked === this.asked) this.state.value = { kind: "ready", found: [...found, ...page.found], next: page.next };
    } catch (error) {
      if (asked !== this.asked) return;
      this.failedAt = before;
      this.state.value = { kind: "failed", found, why: words(() => wordsOf(error)) };
    }
  }
}

/** What is wrong, for people. */
function wordsOf(error: unknown): string {
  if (!(error instanceof ChatError)) return t("failed");
  // A field of at most so many characters that is not empty is refused for one reason only.
  if (error.field === "query") return t("badQuery");
  return messageOf(error).replace(/[.。]?$/u, (end) => end || ".");
}
