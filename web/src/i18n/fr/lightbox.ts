import type { t } from "../en/lightbox";
import type { Translation } from "../texts";

export const lightbox: Translation<typeof t> = {
  previous: "Image précédente",
  next: "Image suivante",
  place: "{n, number} sur {count, number}",
  zoomOut: "Réduire",
  zoomIn: "Agrandir",
  percent: "{percent, number} %",
  fit: "Ajuster",
  original: "Ouvrir l’original",
  download: "Télécharger",
  frame: "Image affichée",
  failed: "Ce navigateur ne peut pas afficher l’image, ou elle n’a pas pu être chargée.",
};
