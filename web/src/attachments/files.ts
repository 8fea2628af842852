// The routes of a room's files.

import { decodeError, isFields } from "../protocol-decode";
import { ProtocolError } from "../protocol";
import { type Attachment, decodeAttachment } from "./attachment";

/** How long a link is used, in ms: it is good for 5 minutes, and what is loaded with it takes a while. */
const LINK_MS = 4 * 60_000;

export interface Link {
  url: string;
  thumbnailUrl: string | undefined;
}

interface Kept {
  at: number;
  link: Promise<Link>;
}

/** The files of one room, for one user. */
export class RoomFiles {
  private readonly links = new Map<string, Kept>();

  constructor(
    private readonly roomId: string,
    private readonly token: () => string,
  ) {}

  private get path(): string {
    return `/api/rooms/${encodeURIComponent(this.roomId)}`;
  }

  /** Uploads a file; fetch would not tell how far it is. It rejects with a ProtocolError. */
  upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${this.path}/files?name=${encodeURIComponent(file.name || "file")}`);
      request.setRequestHeader("Authorization", `Bearer ${this.token()}`);
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.upload.onprogress = (event) => progress(event.total > 0 ? event.loaded / event.total : 0);
      request.onload = () => {
        const answer = parse(request.responseText);
        const stored = request.status === 201 && isFields(answer) ? decodeAttachment(answer["file"]) : undefined;
        if (stored) resolve(stored);
        else reject(errorOf(answer, request.status));
      };
      request.onerror = () => reject(unreachable());
      request.onabort = () => reject(unreachable());
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(file);
    });
  }

  /** Sends a message with files. The same clientId sends it once. It rejects with a ProtocolError. */
  async send(text: string, files: readonly Attachment[], clientId: string): Promise<void> {
    const body = JSON.stringify({ text, clientId, attachments: files.map((file) => file.id) });
    await this.call(`${this.path}/messages`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  }

  /** An address that an <img> or a link can load. */
  link(id: string): Promise<Link> {
    const kept = this.links.get(id);
    if (kept && Date.now() - kept.at < LINK_MS) return kept.link;
    const link = this.ask(id);
    this.links.set(id, { at: Date.now(), link });
    link.catch(() => this.links.delete(id));
    return link;
  }

  private async ask(id: string): Promise<Link> {
    const answer = await this.call(`${this.path}/files/${id}/url`, {});
    if (!isFields(answer) || typeof answer["url"] !== "string") throw errorOf(answer, 0);
    const thumbnail = answer["thumbnailUrl"];
    return { url: answer["url"], thumbnailUrl: typeof thumbnail === "string" ? thumbnail : undefined };
  }

  private async call(path: string, init: { method?: string; body?: string; headers?: Record<string, string> }): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${this.token()}` }, cache: "no-store" });
    } catch {
      throw unreachable();
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorOf(answer, response.status);
    return answer;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(): ProtocolError {
  return new ProtocolError({ code: "UNAVAILABLE", message: "The server cannot be reached.", retryable: true });
}

function errorOf(answer: unknown, status: number): ProtocolError {
  const error = isFields(answer) ? decodeError(answer["error"]) : undefined;
  return error ?? new ProtocolError({ code: "UNAVAILABLE", message: `The server answered ${status}.`, retryable: true });
}
