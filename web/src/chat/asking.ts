// What every request to the server needs.

import { ChatError } from "../../client/src/index";
import { t } from "../i18n/en/chat";
import { spoken } from "../i18n/language";

/** Why a request was refused; undefined: it was not. */
export async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** An error as a sentence for people. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ChatError)) return t("wentWrong");
  return wordsFor(error.code, error.reason) ?? sentence(error.message);
}

/** What a code or its reason is called in the page's language. Undefined: the server's words say more; English ones always do. */
export function wordsFor(code: string, reason?: string): string | undefined {
  if (spoken.value.tag === "en") return undefined;
  const key = REASONS.get(reason ?? "") ?? CODES.get(code);
  return key && t(key);
}

type ErrorKey = keyof (typeof t)["english"] & `error${string}`;

const REASONS: ReadonlyMap<string, ErrorKey> = new Map([
  ["read_only", "errorReadOnly"],
  ["archived", "errorArchived"],
  ["role", "errorRole"],
  ["last_owner", "errorLastOwner"],
]);

const CODES: ReadonlyMap<string, ErrorKey> = new Map([
  ["UNAUTHENTICATED", "errorUnauthenticated"],
  ["TOKEN_EXPIRED", "errorExpired"],
  ["FORBIDDEN", "errorForbidden"],
  ["NOT_FOUND", "errorNotFound"],
  ["GONE", "errorGone"],
  ["TOO_LARGE", "errorTooLarge"],
  ["RATE_LIMITED", "errorRate"],
  ["INTERNAL", "errorInternal"],
  ["UNAVAILABLE", "errorUnavailable"],
  ["OVERLOADED", "errorOverloaded"],
  ["TIMEOUT", "errorTimeout"],
]);

export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
