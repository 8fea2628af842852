import type { t } from "../en/offline";
import type { Translation } from "../texts";

export const offline: Translation<typeof t> = {
  offline: "Está sin conexión.",
  kept: "Estos son los últimos mensajes guardados en este navegador, a fecha de {time}. Lo que escriba se enviará cuando haya conexión.",
};
