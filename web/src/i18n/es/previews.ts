import type { t } from "../en/previews";
import type { Translation } from "../texts";

export const previews: Translation<typeof t> = {
  show: "Mostrar vistas previas de enlaces",
  on: "Sí",
  off: "No",
  remove: "Quitar la vista previa",
  notRemoved: "No se ha podido quitar la vista previa. {why}",
};
