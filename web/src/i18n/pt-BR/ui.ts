import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "Online",
  idle: "Ausente",
  dnd: "Não perturbe",
  invisible: "Invisível",
  offline: "Offline",
  lastSeen: "Visto por último: {ago}",
  lastSeenOn: "Visto por último em {date}",
  ok: "OK",
  tryAgain: "Tentar novamente",
  react: "Reagir",
  close: "Fechar",
  cancel: "Cancelar",
  save: "Salvar",
  loading: "Carregando",
  closeList: "Fechar a lista",
  rooms: "Salas",
  copied: "Copiado",
  copiedSentence: "Copiado.",
  noCopying: "O navegador não permite copiar aqui.",
  noCopyingSelect: "O navegador não permite copiar aqui: selecione o texto.",
  you: "Você",
  more: "Mais",
};
