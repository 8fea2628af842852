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

  upload(path: string, name: string, body: Blob, signal?: AbortSignal): Promise<Fields> {
    return this.#ask("POST", `${path}${search({ name })}`, () => ({ body, ...(signal ? { signal } : {}) }));
  }

  /** Asks once, and once more with another token where the first is of no use any more. */
  async #ask(method: string, path: string, more: () => RequestInit): Promise<Fields> {
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

  async #once(method: string, path: string, token: string, more: RequestInit): Promise<Fields> {
    let answer: Response;
    try {
      answer = await fetch(this.address(path), { ...more, method, headers: { Authorization: `Bearer ${token}` } });
    } catch (error) {
      throw new ChatError("UNAVAILABLE", error instanceof Error ? error.message : String(error), true);
    }
    const fields: unknown = await answer.json().catch(() => undefined);
    const refused = isFields(fields) ? decodeError(fields["error"]) : undefined;
    if (refused) throw refused;
    if (!answer.ok || !isFields(fields)) throw new ChatError("INTERNAL", `the answer to ${method} ${path} cannot be read: ${answer.status}`, true);
    return fields;
  }
}

function search(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : "";
}
