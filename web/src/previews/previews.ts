// What messages' links lead to, as the server says. Asked for when a message is shown, many at once; kept, so that a message
// that is shown again has its preview from the start.

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { isFields } from "../protocol-decode";

/** How long messages gather before they are asked for, in ms: those of a page are made at once. */
const GATHER_MS = 40;
/** The server takes so many at once. */
const MOST_ASKED = 50;
/** When a page that was on its way is asked for again, in ms, and how often. */
const AGAIN_MS = 2_000;
const MOST_TRIES = 5;
/** Messages whose previews are kept. */
const MOST_KEPT = 1_000;

export interface LinkPreview {
  readonly url: string;
  readonly title: string;
  readonly description: string;
}

interface Kept {
  readonly text: string;
  readonly preview: Signal<LinkPreview | undefined>;
  tries: number;
}

export class LinkPreviews {
  /** The server fetches no links. */
  readonly isOff = signal(false);

  private readonly kept = new Map<string, Kept>();
  private readonly wanted = new Map<string, Set<number>>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** ask: the route of previews. */
  constructor(private readonly ask: (roomId: string, seqs: readonly number[]) => Promise<unknown>) {}

  /** The preview of a message that says this; undefined: there is none, or it is not known yet. */
  of(roomId: string, seq: number, text: string): ReadonlySignal<LinkPreview | undefined> {
    const key = keyOf(roomId, seq);
    const kept = this.kept.get(key);
    if (kept?.text === text) return kept.preview;
    const preview = signal<LinkPreview | undefined>(undefined);
    this.kept.delete(key);
    this.kept.set(key, { text, preview, tries: 0 });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      this.kept.delete(oldest);
    }
    this.want(roomId, seq, GATHER_MS);
    return preview;
  }

  private want(roomId: string, seq: number, inMs: number): void {
    if (this.isOff.peek()) return;
    const seqs = this.wanted.get(roomId) ?? new Set();
    this.wanted.set(roomId, seqs.add(seq));
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const all = [...this.wanted];
      this.wanted.clear();
      for (const [id, wanted] of all) void this.read(id, [...wanted]);
    }, inMs);
  }

  private async read(roomId: string, seqs: readonly number[]): Promise<void> {
    for (let from = 0; from < seqs.length && !this.isOff.peek(); from += MOST_ASKED) {
      const asked = seqs.slice(from, from + MOST_ASKED).map((seq) => ({ seq, kept: this.kept.get(keyOf(roomId, seq)) }));
      const answer = await this.ask(roomId, asked.map(({ seq }) => seq)).catch(() => undefined);
      if (!isFields(answer)) {
        // Whoever shows them next asks again.
        for (const { seq } of asked) this.kept.delete(keyOf(roomId, seq));
        continue;
      }
      if (answer["off"] === true) this.isOff.value = true;
      const found = new Map(listOf(answer["previews"]).flatMap((row) => decodeRow(row) ?? []));
      const pending = new Set(listOf(answer["pending"]));
      for (const { seq, kept } of asked) {
        if (!kept) continue;
        kept.preview.value = found.get(seq);
        if (pending.has(seq) && kept.tries++ < MOST_TRIES) this.want(roomId, seq, AGAIN_MS);
      }
    }
  }
}

function keyOf(roomId: string, seq: number): string {
  return `${roomId}/${seq}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A preview leads where http does, or it is none. */
function decodeRow(row: unknown): [[number, LinkPreview]] | undefined {
  if (!isFields(row)) return undefined;
  const { seq, url, title, description } = row;
  if (typeof seq !== "number" || typeof url !== "string" || typeof title !== "string" || title === "" || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  return [[seq, { url: href, title, description: typeof description === "string" ? description : "" }]];
}
