import type { t } from "../en/previews";
import type { Translation } from "../texts";

export const previews: Translation<typeof t> = {
  show: "Mostrar prévias de links",
  on: "Ativado",
  off: "Desativado",
  remove: "Remover a prévia",
  notRemoved: "Não foi possível remover a prévia. {why}",
};
