// What a search brings, made typed or refused.

import type { Found, FoundPage as TheirPage } from "../../client/src/index";
import type { NewMessage } from "../protocol";
import { decodeMessage } from "../protocol-decode";

/** A part of a message around what was looked for. */
export interface SnippetPart {
  readonly text: string;
  readonly match: boolean;
}

export interface FoundMessage {
  readonly message: NewMessage;
  readonly snippet: readonly SnippetPart[];
}

export interface FoundPage {
  readonly found: readonly FoundMessage[];
  /** Where the page after this one begins; undefined: there is none. */
  readonly next: string | undefined;
}

/** A page of the module's, in the page's types. */
export function foundOf({ messages, next }: TheirPage): FoundPage {
  return { found: messages.flatMap((found) => one(found) ?? []), next: next || undefined };
}

function one(found: Found): FoundMessage | undefined {
  const message = decodeMessage(found);
  if (!message) return undefined;
  const parts = found.snippet.filter(({ text }) => text !== "");
  return { message, snippet: parts.length > 0 ? parts : [{ text: message.text, match: false }] };
}
