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

/** What narrows a search besides its words and the room. Days are those of the viewer's calendar, as 2026-03-01, both included. */
export interface Filters {
  readonly from?: { readonly id: string; readonly name: string };
  readonly since?: string;
  readonly until?: string;
}

export type SearchState =
  | { kind: "idle" }
  | { kind: "loading"; found: readonly FoundMessage[] }
  /** isTyped: by what was typed, which another try does not change. */
  | { kind: "failed"; found: readonly FoundMessage[]; why: Words; isTyped: boolean }
  | { kind: "ready"; found: readonly FoundMessage[]; next: string | undefined };

export class Search {
  readonly text = signal("");
  /** Only in this room; undefined: in all of them. */
  readonly roomId = signal<string | undefined>(undefined);
  readonly filters = signal<Filters>({});
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

  /** Searches again with other filters, in this room or in all. */
  narrow(filters: Filters, roomId: string | undefined): void {
    this.filters.value = filters;
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
    this.filters.value = {};
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
      const asking = { ...boundsOf(this.filters.peek()), ...(roomId !== undefined && { roomId }), ...(before !== undefined && { before }) };
      const page = foundOf(await this.client.search(this.text.peek(), asking));
      if (asked === this.asked) this.state.value = { kind: "ready", found: [...found, ...page.found], next: page.next };
    } catch (error) {
      if (asked !== this.asked) return;
      this.failedAt = before;
      this.state.value = { kind: "failed", found, why: words(() => wordsOf(error)), isTyped: isOfQuery(error) };
    }
  }
}

/** Filters as the server takes them: times, of which the last is not included. */
export function boundsOf({ from, since, until }: Filters): { from?: string; since?: string; until?: string } {
  return { ...(from && { from: from.id }), ...(since && { since: midnight(since, 0) }), ...(until && { until: midnight(until, 1) }) };
}

/** When a day begins that is so many days behind another, by the viewer's clock: days have 23 to 25 hours. */
function midnight(day: string, later: number): string {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
}

/** What is wrong, for people. */
function wordsOf(error: unknown): string {
  if (!(error instanceof ChatError)) return t("failed");
  // A field of at most so many characters that is not empty is refused for one reason only.
  if (isOfQuery(error)) return t("badQuery");
  return messageOf(error).replace(/[.。]?$/u, (end) => end || ".");
}

function isOfQuery(error: unknown): boolean {
  return error instanceof ChatError && error.field === "query";
}
