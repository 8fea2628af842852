// The files one is about to send.

import { type Signal, signal } from "@preact/signals";
import type { Attachment } from "./attachment";
import type { RoomFiles } from "./files";

/** How many files one message takes. */
export const MOST_FILES = 10;

export interface Upload {
  readonly key: number;
  readonly file: File;
  readonly share: number; // of it that has been sent, 0 to 1
  readonly stored?: Attachment;
  readonly error?: string;
}

/** The tray of one room: what is chosen, on its way and there. */
export class Uploads {
  readonly list: Signal<readonly Upload[]> = signal([]);
  /** Why another one was not taken. */
  readonly error: Signal<string | undefined> = signal(undefined);

  private next = 1;
  private readonly running = new Map<number, AbortController>();

  constructor(private readonly files: RoomFiles) {}

  get ready(): boolean {
    return this.list.value.length > 0 && this.list.value.every((upload) => upload.stored);
  }

  add(files: Iterable<File>): void {
    this.error.value = undefined;
    for (const file of files) {
      if (this.list.peek().length >= MOST_FILES) {
        this.error.value = `A message takes at most ${MOST_FILES} files.`;
        return;
      }
      const key = this.next++;
      this.list.value = [...this.list.peek(), { key, file, share: 0 }];
      void this.start(key, file);
    }
  }

  retry(key: number): void {
    const upload = this.list.peek().find((one) => one.key === key);
    if (!upload?.error) return;
    this.list.value = this.list.peek().map((one) => (one.key === key ? { key, file: one.file, share: 0 } : one));
    void this.start(key, upload.file);
  }

  remove(key: number): void {
    this.running.get(key)?.abort();
    this.error.value = undefined;
    this.list.value = this.list.peek().filter((upload) => upload.key !== key);
  }

  /** Ends what is on its way: the room is left. */
  stop(): void {
    for (const running of this.running.values()) running.abort();
  }

  /** Gives the files up to be sent, once all are stored. */
  take(): readonly Attachment[] {
    const stored = this.list.peek().flatMap((upload) => upload.stored ?? []);
    this.list.value = [];
    return stored;
  }

  private async start(key: number, file: File): Promise<void> {
    const running = new AbortController();
    this.running.set(key, running);
    try {
      const stored = await this.files.upload(file, (share) => this.change(key, { share }), running.signal);
      this.change(key, { share: 1, stored });
    } catch (error) {
      this.change(key, { error: messageOf(error) });
    } finally {
      this.running.delete(key);
    }
  }

  private change(key: number, to: Partial<Upload>): void {
    this.list.value = this.list.peek().map((upload) => (upload.key === key ? { ...upload, ...to } : upload));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "It did not work.";
}
