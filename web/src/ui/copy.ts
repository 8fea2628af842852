import { t } from "../i18n/en/ui";

/** Puts a text where it can be pasted from, and has it said what came of that. */
export async function copy(text: string, say: (line: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(t("copied"));
  } catch {
    // Refused, or not there at all on a plain-HTTP address.
    say(t("noCopying"));
  }
}
