import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {
  searchMessages: "Nachrichten suchen",
  clear: "Suche leeren",
  onlyIn: "Nur in {room}",
  messagesFound: "Gefundene Nachrichten",
  searching: "Suche läuft",
  searchingNow: "Suche läuft …",
  furtherBack: "Weiter zurück suchen",
  showOlder: "Ältere zeigen",
  nothing: "Nichts gefunden.",
  nothingNewest: "Unter den neuesten Nachrichten wurde nichts gefunden.",
  found: "{count, plural, one {# Nachricht} other {# Nachrichten}}",
  foundOrMore: "{count, plural, one {# oder mehr Nachrichten} other {# oder mehr Nachrichten}}",
  failed: "Die Suche ist fehlgeschlagen.",
  badQuery: "Die Suche braucht mindestens ein Wort: Satzzeichen werden übergangen, und -Wort schließt nur aus.",
};
