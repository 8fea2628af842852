import type { t } from "../en/keys";
import type { Translation } from "../texts";

export const keys: Translation<typeof t> = {
  previousRoom: "Voriger Raum der Liste",
  nextRoom: "Nächster Raum der Liste",
  send: "Nachricht senden",
  newLine: "Neue Zeile",
  editLast: "Letzte eigene Nachricht bearbeiten, solange das Feld leer ist",
  cancel: "Schließen oder eine Bearbeitung abbrechen",
  showThis: "Diese Liste zeigen",
  helpKey: "Die Taste ? zeigt diese Liste",
  helpKeyHint: "Lässt sich ausschalten, falls die Liste ungewollt erscheint. Das Menü beim eigenen Namen zeigt sie ebenfalls.",
  ctrl: "Strg",
  command: "Befehl",
  alt: "Alt",
  shift: "Umschalt",
  enter: "Eingabe",
  escape: "Esc",
  up: "Pfeil nach oben",
  down: "Pfeil nach unten",
};
