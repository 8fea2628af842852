// How long a text is, and what is said of it.

import { t } from "../i18n/en/composer";

/** The count shows when this share of the limit is used. */
const COUNT_FROM = 0.8;

/** Counts as the server does. */
export function codePoints(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

export function showsLimit(length: number, maxLength: number): boolean {
  return length >= maxLength * COUNT_FROM;
}

export function limitText(length: number, maxLength: number): string {
  const left = maxLength - length;
  return left >= 0 ? t("left", { count: left }) : t("tooLong", { count: -left });
}
