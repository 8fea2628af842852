// The files of one room, as the client module brings and takes them.

import { signal } from "@preact/signals";
import { ChatError, type Chat as Client } from "../../client/src/index";
import { t } from "../i18n/en/attachments";
import { type Attachment, decodeAttachment } from "./attachment";

/** How long a link is used, in ms: it is good for 5 minutes, and what is loaded with it takes a while. */
const LINK_MS = 4 * 60_000;

export interface Link {
  url: string;
  thumbnailUrl?: string;
}

/** Images that are looked at one by one. */
export interface Viewed {
  readonly seq: number; // their message's
  readonly images: readonly Attachment[]; // all of it
  readonly at: number; // which of them
}

interface Kept {
  at: number;
  link: Promise<Link>;
}

/** The files of one room, for one user. */
export class RoomFiles {
  /** What is looked at; undefined: nothing is. */
  readonly viewed = signal<Viewed | undefined>(undefined);
  private readonly links = new Map<string, Kept>();

  constructor(
    private readonly roomId: string,
    private readonly client: Client,
  ) {}

  /** Uploads a file. It rejects with a ChatError. */
  async upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
    const stored = decodeAttachment(await this.client.room(this.roomId).upload(file, file.name || "file", signal, progress));
    if (!stored) throw new ChatError("INTERNAL", t("unreadable"), true);
    return stored;
  }

  /** An address that an <img> or a link can load. anew: the one that was given before is of no use. */
  link(id: string, anew = false): Promise<Link> {
    const kept = this.links.get(id);
    if (kept && !anew && Date.now() - kept.at < LINK_MS) return kept.link;
    const link: Promise<Link> = this.client.room(this.roomId).fileUrl(id);
    this.links.set(id, { at: Date.now(), link });
    link.catch(() => this.links.get(id)?.link === link && this.links.delete(id));
    return link;
  }
}
