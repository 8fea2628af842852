import { t } from "../i18n/en/ui";
import { type Words, words } from "../i18n/words";

/** Puts a text where it can be pasted from, and has it said what came of that. */
export async function copy(text: string, say: (line: Words) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(words(() => t("copied")));
  } catch {
    // Refused, or not there at all on a plain-HTTP address.
    say(words(() => t("noCopying")));
  }
}
