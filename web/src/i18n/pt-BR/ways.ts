import type { t } from "../en/ways";
import type { Translation } from "../texts";

export const ways: Translation<typeof t> = {
  liveFeeds: "Feeds ao vivo",
  loadingFeeds: "Carregando os feeds",
  feedsFailed: "Não foi possível carregar os feeds",
  failed: "Não foi possível carregar isto",
  whyFailed: "Não há conexão, ou o servidor tem uma versão mais recente desta página.",
  loadAgain: "Recarregar a página",
  administration: "Administração",
  moderation: "Moderação",
  reports: "Denúncias",
  audit: "Registro de auditoria",
  programs: "Programas",
};
