import type { t } from "../en/unsent";
import type { Translation } from "../texts";

export const unsent: Translation<typeof t> = {
  title: "Nicht gesendete Nachrichten",
  unreadableRoom: "Ein Raum, der nicht mehr gelesen werden kann",
  copyText: "Text kopieren",
  goToRoom: "Zum Raum",
  discard: "Verwerfen",
  count: "{count, plural, one {# Nachricht wurde nicht gesendet} other {# Nachrichten wurden nicht gesendet}}",
  withFiles: "{count, plural, one {Mit # Datei} other {Mit # Dateien}}",
};
