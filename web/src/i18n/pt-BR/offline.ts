import type { t } from "../en/offline";
import type { Translation } from "../texts";

export const offline: Translation<typeof t> = {
  offline: "Você está offline.",
  kept: "Estas são as últimas mensagens guardadas neste navegador, de {time}. O que você escrever será enviado quando houver conexão.",
};
