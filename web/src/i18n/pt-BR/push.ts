import type { t } from "../en/push";
import type { Translation } from "../texts";

export const push: Translation<typeof t> = {
  notify: "Notificar-me neste dispositivo",
  on: "Ativado",
  off: "Desativado",
  unsure: "Não se sabe",
  denied: "Seu navegador não permite que este site envie notificações. Permita isso nas configurações do site e tente novamente.",
  notAsked: "Este navegador está configurado para receber notificações, mas não foi possível perguntar ao servidor se ele as envia.",
  notRenewed: "O servidor notifica este dispositivo, mas não conseguiu registrar que ele ainda está em uso.",
  notTaken: "O servidor não notifica este dispositivo: não foi possível registrá-lo.",
  unreachable: "Seu navegador não conseguiu acessar o serviço de notificações. Tente mais tarde.",
  noServer: "Não é possível acessar o servidor. Tente mais tarde.",
  failed: "Não funcionou. Tente novamente.",
  missed: "Há algo que você perdeu",
  look: "Abra o chat para ver.",
  wrote: "escreveu para você.",
  mentioned: "mencionou você.",
  added: "{name} adicionou você a esta sala.",
};
