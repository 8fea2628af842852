import type { t } from "../en/lightbox";
import type { Translation } from "../texts";

export const lightbox: Translation<typeof t> = {
  previous: "Imagem anterior",
  next: "Próxima imagem",
  place: "{n, number} de {count, number}",
  zoomOut: "Reduzir",
  zoomIn: "Ampliar",
  percent: "{percent, number}%",
  fit: "Ajustar",
  original: "Abrir o original",
  download: "Baixar",
  frame: "Imagem exibida",
  failed: "Este navegador não consegue mostrar a imagem, ou ela não pôde ser carregada.",
};
