// What goes over plain HTTP: files, and lists that have no event.

import { asChatError, ChatError } from "./errors.js";
import type { Tokens } from "./tokens.js";
import { decodeError, type Fields, isFields } from "./wire.js";

/** A file to upload may take as long as its line needs; other answers come within this, in ms. */
const ANSWER_MS = 10_000;

export class Rest {
  constructor(
    private readonly url: string,
    private readonly tokens: Tokens,
  ) {}

  /** A path of the server's, as a whole address. */
  address(path: string): string {
    return new URL(path, new URL(this.url, globalThis.location?.href)).href;
  }

  get(path: string, query: Readonly<Record<string, string | number | boolean | undefined>> = {}): Promise<Fields> {
    return this.#ask("GET", `${path}${search(query)}`, () => ({ signal: AbortSignal.timeout(ANSWER_MS) }));
  }

  upload(path: string, name: string, body: Blob, signal?: AbortSignal, progress?: (share: number) => void): Promise<Fields> {
    const more = (): Sent => ({ body, ...(signal ? { signal } : {}), ...(progress ? { progress } : {}) });
    return this.#ask("POST", `${path}${search({ name })}`, more);
  }

  /** Asks once, and once more with another token where the first is of no use any more. */
  async #ask(method: string, path: string, more: () => Sent): Promise<Fields> {
    const { token, fresh } = await this.tokens.get();
    try {
      return await this.#once(method, path, token, more());
    } catch (thrown) {
      const error = asChatError(thrown);
      if (!error.aboutToken || fresh || !this.tokens.renewable) throw error;
      this.tokens.drop();
      return this.#once(method, path, (await this.tokens.get()).token, more());
    }
  }

  async #once(method: string, path: string, token: string, { progress, ...more }: Sent): Promise<Fields> {
    let answer: { ok: boolean; status: number; fields: unknown };
    try {
      const send = progress && typeof XMLHttpRequest !== "undefined" ? withProgress(progress) : plain;
      answer = await send(this.address(path), { ...more, method, headers: { Authorization: `Bearer ${token}` } });
    } catch (error) {
      throw new ChatError("UNAVAILABLE", error instanceof Error ? error.message : String(error), true);
    }
    const { ok, status, fields } = answer;
    const refused = isFields(fields) ? decodeError(fields["error"]) : undefined;
    if (refused) throw refused;
    if (!ok || !isFields(fields)) throw new ChatError("INTERNAL", `the answer to ${method} ${path} cannot be read: ${status}`, true);
    return fields;
  }
}

interface Sent {
  body?: Blob;
  signal?: AbortSignal;
  progress?: (share: number) => void;
}

type Request = Omit<Sent, "progress"> & { method: string; headers: Record<string, string> };
type Send = (address: string, request: Request) => Promise<{ ok: boolean; status: number; fields: unknown }>;

const plain: Send = async (address, request) => {
  const answer = await fetch(address, request).catch(() => {
    throw new Error("the server cannot be reached"); // each browser calls it by other words, none of which are for people
  });
  return { ok: answer.ok, status: answer.status, fields: await answer.json().catch(() => undefined) };
};

/** fetch does not tell how much of a body has left. */
const withProgress = (progress: (share: number) => void): Send => (address, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    request.open(method, address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = "json"; // null where it is none
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => resolve({ ok: request.status >= 200 && request.status < 300, status: request.status, fields: request.response });
    request.onerror = () => reject(new Error("the server cannot be reached"));
    request.onabort = () => reject(new Error("the upload was given up"));
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    if (signal?.aborted) return reject(new Error("the upload was given up"));
    signal?.addEventListener("abort", abort);
    request.send(body ?? null);
  });

function search(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : "";
}
