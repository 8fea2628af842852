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
  /** Why the last send failed. */
  readonly error: Signal<string | undefined> = signal(undefined);
  readonly sending: Signal<boolean> = signal(false);

  private next = 1;
  private clientId = "";
  private sent = ""; // what clientId stands for
  private readonly running = new Map<number, AbortController>();

  constructor(
    private readonly files: RoomFiles,
    private readonly newClientId: () => string,
  ) {}

  get ready(): boolean {
    return this.list.value.length > 0 && this.list.value.every((upload) => upload.stored) && !this.sending.value;
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

  /** Sends the files with a text. It resolves to whether they are sent. */
  async send(text: string): Promise<boolean> {
    const stored = this.list.peek().map((upload) => upload.stored);
    const files = stored.filter((file) => file !== undefined);
    if (files.length === 0 || files.length < stored.length || this.sending.peek()) return false;
    const what = JSON.stringify([text, files.map((file) => file.id)]);
    if (this.sent !== what) {
      this.clientId = this.newClientId();
      this.sent = what;
    }
    this.sending.value = true;
    this.error.value = undefined;
    try {
      await this.files.send(text, files, this.clientId);
      this.list.value = [];
      return true;
    } catch (error) {
      this.error.value = messageOf(error);
      return false;
    } finally {
      this.sending.value = false;
    }
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
