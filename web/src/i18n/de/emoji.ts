import type { t } from "../en/emoji";
import type { Translation } from "../texts";

export const emoji: Translation<typeof t> = {
  emoji: "Emojis",
  loading: "Emojis werden geladen",
  failed: "Die Emojis konnten nicht geladen werden. Es besteht keine Verbindung, oder der Server hat eine neuere Version dieser Seite.",
  search: "Emojis suchen",
  kinds: "Arten von Emojis",
  found: "Gefundene Emojis",
  none: "So heißt kein Emoji.",
  hint: "Ein Doppelpunkt und zwei Buchstaben finden Emojis auch direkt in einer Nachricht.",
  tone: "Hautton",
  recent: "Zuletzt verwendet",
  smileys: "Smileys",
  people: "Menschen",
  nature: "Tiere und Natur",
  food: "Essen und Trinken",
  travel: "Reisen und Orte",
  activities: "Aktivitäten",
  objects: "Gegenstände",
  symbols: "Symbole",
  flags: "Flaggen",
  reactions: "Reaktionen",
  reactedFailed: "Wer reagiert hat, konnte nicht gelesen werden. {why}",
  nobody: "Es gibt keine Reaktionen mehr.",
  you: "{name} (Sie)",
  andMore: "{names} und {count, number} weitere",
};
