import type { t } from "../en/lightbox";
import type { Translation } from "../texts";

export const lightbox: Translation<typeof t> = {
  previous: "Imagen anterior",
  next: "Imagen siguiente",
  place: "{n, number} de {count, number}",
  zoomOut: "Reducir",
  zoomIn: "Ampliar",
  percent: "{percent, number} %",
  fit: "Ajustar",
  original: "Abrir el original",
  download: "Descargar",
  frame: "Imagen mostrada",
  failed: "Este navegador no puede mostrar la imagen, o no se ha podido cargar.",
};
