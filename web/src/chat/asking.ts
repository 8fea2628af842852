// What every request to the server needs.

import { ChatError } from "../../client/src/index";
import { t } from "../i18n/en/chat";
import type { t as errors } from "../i18n/en/errors";
import { spoken } from "../i18n/language";
import { type Words, words } from "../i18n/words";

/** Why a request was refused; undefined: it was not. For what a dialog says, over which no other language is chosen. */
export async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The same for what stays on the page. */
export async function whyNot(request: Promise<unknown>): Promise<Words | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

/** An error as a sentence for people, whatever language they choose meanwhile. */
export function wordsOf(error: unknown): Words {
  return words(() => messageOf(error));
}

/** An error as a sentence for people. */
export function messageOf(error: unknown): string {
  return error instanceof ChatError ? refusedText(error) : t("wentWrong");
}

/** What of an error is needed to say it; the outbox keeps so much. */
export type Refused = Pick<ChatError, "code" | "message"> & { readonly reason?: string | undefined; readonly field?: string | undefined };

export function refusedText({ code, message, reason, field }: Refused): string {
  return wordsFor(code, reason, field) ?? sentence(message);
}

/** What a code, its reason or the field at fault is called in the page's language. Undefined: the server's words say more; English ones always do. */
export function wordsFor(code: string, reason?: string, field?: string): string | undefined {
  const { texts } = spoken.value;
  const key = REASONS.get(reason ?? "") ?? (code === "BAD_REQUEST" ? FIELDS.find((one) => one === field) : CODES.get(code));
  return key && texts?.["errors"]?.[key];
}

type ErrorKey = keyof (typeof errors)["english"];

const REASONS: ReadonlyMap<string, ErrorKey> = new Map([
  ["read_only", "readOnly"],
  ["archived", "archived"],
  ["role", "role"],
  ["last_owner", "lastOwner"],
  ["pins", "pins"],
  ["word_list", "words"],
  ["unsent", "unsent"],
  ["not_ready", "notReady"],
]);

/** The fields that people fill in, each called as its text is; of any other the server's words say more. */
const FIELDS: readonly string[] = ["name", "password", "topic", "text", "emoji", "mentions", "attachments", "file", "reason"] satisfies ErrorKey[];

const CODES: ReadonlyMap<string, ErrorKey> = new Map([
  ["UNAUTHENTICATED", "unauthenticated"],
  ["TOKEN_EXPIRED", "expired"],
  ["FORBIDDEN", "forbidden"],
  ["NOT_FOUND", "notFound"],
  ["GONE", "gone"],
  ["TOO_LARGE", "tooLarge"],
  ["UNSUPPORTED_MEDIA", "media"],
  ["RATE_LIMITED", "rate"],
  ["INTERNAL", "internal"],
  ["UNAVAILABLE", "unavailable"],
  ["OVERLOADED", "overloaded"],
  ["TIMEOUT", "timeout"],
]);

export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
