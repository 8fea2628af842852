import type { t } from "../en/lightbox";
import type { Translation } from "../texts";

export const lightbox: Translation<typeof t> = {
  previous: "Vorheriges Bild",
  next: "Nächstes Bild",
  place: "{n, number} von {count, number}",
  zoomOut: "Verkleinern",
  zoomIn: "Vergrößern",
  percent: "{percent, number} %",
  fit: "Einpassen",
  original: "Original öffnen",
  download: "Herunterladen",
  frame: "Angezeigtes Bild",
  failed: "Dieser Browser kann das Bild nicht anzeigen, oder es ließ sich nicht laden.",
};
