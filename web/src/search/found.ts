// What a search brings, made typed or refused.

import type { NewMessage } from "../protocol";
import { decodeMessage, isFields } from "../protocol-decode";

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

/** The answer of GET /api/search; undefined when it is none. */
export function decodeFoundPage(answer: unknown): FoundPage | undefined {
  if (!isFields(answer) || !Array.isArray(answer["messages"])) return undefined;
  const { next } = answer;
  return {
    found: answer["messages"].map(decodeFound).filter((found) => found !== undefined),
    next: typeof next === "string" && next !== "" ? next : undefined,
  };
}

function decodeFound(value: unknown): FoundMessage | undefined {
  const message = decodeMessage(value);
  if (!message) return undefined;
  const parts = isFields(value) && Array.isArray(value["snippet"]) ? value["snippet"].map(decodePart).filter((part) => part !== undefined) : [];
  return { message, snippet: parts.length > 0 ? parts : [{ text: message.text, match: false }] };
}

function decodePart(value: unknown): SnippetPart | undefined {
  if (!isFields(value) || typeof value["text"] !== "string") return undefined;
  return { text: value["text"], match: value["match"] === true };
}
