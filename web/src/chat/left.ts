// Why one is out of a room, in words.

import { t } from "../i18n/en/chat";

/** Undefined: the reason is none that has words. */
export function leftWords(reason: string): string | undefined {
  return reason === "removed" || reason === "banned" || reason === "left" ? t(reason) : undefined;
}
