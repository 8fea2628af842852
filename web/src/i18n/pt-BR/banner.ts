import type { t } from "../en/banner";
import type { Translation } from "../texts";

export const banner: Translation<typeof t> = {
  noConnection: "Sem conexão.",
  reconnectingIn: "Reconectando em {seconds, number} s",
  reconnecting: "Reconectando…",
  retryNow: "Tentar agora",
  connectedAgain: "Conexão restabelecida.",
  endsSoon: "Sua sessão termina em breve.",
  secondsLeft: "Restam {seconds, number} s",
  staySignedIn: "Continuar conectado",
  full: "O armazenamento deste navegador está cheio. O que ainda não foi enviado se perde ao fechar ou recarregar a página.",
  silent: "O armazenamento deste navegador não responde. O que ainda não foi enviado se perde ao fechar ou recarregar a página.",
  none: "Este navegador não guarda nada para esta página. O que ainda não foi enviado se perde ao fechar ou recarregar a página.",
};
