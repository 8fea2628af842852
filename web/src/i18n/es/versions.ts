import type { t } from "../en/versions";
import type { Translation } from "../texts";

export const versions: Translation<typeof t> = {
  title: "Lo que decía el mensaje",
  present: "Ahora",
  noText: "Sin texto",
  more: "Hubo versiones anteriores que no se muestran.",
  failed: "No se han podido leer las versiones: {why}",
};
