import type { t } from "../en/readers";
import type { Translation } from "../texts";

export const readers: Translation<typeof t> = {
  title: "Wer es gelesen hat",
  nobody: "Noch niemand hat es gelesen.",
  count: "{count, plural, one {# Person hat es gelesen.} other {# Personen haben es gelesen.}}",
  deliveredTo: "Zugestellt an",
  moreHaveIt: "{count, plural, one {# weitere Person hat es erhalten.} other {# weitere Personen haben es erhalten.}}",
};
