// The files one is about to send.

import { type Signal, signal } from "@preact/signals";
import { ChatError } from "../../client/src/index";
import { wordsOf } from "../chat/asking";
import { t } from "../i18n/en/attachments";
import { type Words, words } from "../i18n/words";
import { type Attachment, sizeText } from "./attachment";
import type { RoomFiles } from "./files";

/** How many files one message takes. */
export const MOST_FILES = 10;

/** What the server says of a file that it never takes. */
const HOPELESS: readonly string[] = ["TOO_LARGE", "UNSUPPORTED_MEDIA", "BAD_REQUEST"];

export interface Upload {
  readonly key: number;
  readonly file: File;
  readonly share: number; // of it that has been sent, 0 to 1
  readonly stored?: Attachment;
  readonly error?: Words;
  /** The same file may be taken another time. */
  readonly isRetryable?: boolean;
}

/** The tray of one room: what is chosen, on its way and there. */
export class Uploads {
  readonly list: Signal<readonly Upload[]> = signal([]);
  /** Why others were not taken. */
  readonly refused: Signal<readonly Words[]> = signal([]);

  private next = 1;
  private readonly running = new Map<number, AbortController>();

  /** mostBytes: how large a file may be; 0: that is not known. */
  constructor(
    private readonly files: RoomFiles,
    private readonly mostBytes: () => number,
  ) {}

  get ready(): boolean {
    return this.list.value.length > 0 && this.list.value.every((upload) => upload.stored);
  }

  add(files: Iterable<File>): void {
    const refused: Words[] = [];
    const most = this.mostBytes();
    for (const file of files) {
      if (this.list.peek().length >= MOST_FILES) {
        refused.push(words(() => t("tooMany", { most: MOST_FILES })));
        break;
      }
      const { name, size } = file;
      if (size === 0) refused.push(words(() => t("empty", { name })));
      else if (most > 0 && size > most) refused.push(words(() => t("tooLarge", { name, size: sizeText(size), most: sizeText(most) })));
      else this.put(file);
    }
    this.refused.value = refused;
  }

  retry(key: number): void {
    const upload = this.list.peek().find((one) => one.key === key);
    if (!upload?.error) return;
    this.list.value = this.list.peek().map((one) => (one.key === key ? { key, file: one.file, share: 0 } : one));
    void this.start(key, upload.file);
  }

  remove(key: number): void {
    this.running.get(key)?.abort();
    this.refused.value = [];
    this.list.value = this.list.peek().filter((upload) => upload.key !== key);
  }

  /** Ends what is on its way: nobody is signed in any more. */
  stop(): void {
    for (const running of this.running.values()) running.abort();
  }

  /** Gives the files up to be sent, once all are stored. */
  take(): readonly Attachment[] {
    const stored = this.list.peek().flatMap((upload) => upload.stored ?? []);
    this.list.value = [];
    this.refused.value = [];
    return stored;
  }

  private put(file: File): void {
    const key = this.next++;
    this.list.value = [...this.list.peek(), { key, file, share: 0 }];
    void this.start(key, file);
  }

  private async start(key: number, file: File): Promise<void> {
    const running = new AbortController();
    this.running.set(key, running);
    try {
      const stored = await this.files.upload(file, (share) => this.change(key, { share }), running.signal);
      this.change(key, { share: 1, stored });
    } catch (error) {
      this.change(key, { error: wordsOf(error), isRetryable: !(error instanceof ChatError && HOPELESS.includes(error.code)) });
    } finally {
      this.running.delete(key);
    }
  }

  private change(key: number, to: Partial<Upload>): void {
    this.list.value = this.list.peek().map((upload) => (upload.key === key ? { ...upload, ...to } : upload));
  }
}
