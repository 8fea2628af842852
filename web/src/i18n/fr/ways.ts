import type { t } from "../en/ways";
import type { Translation } from "../texts";

export const ways: Translation<typeof t> = {
  liveFeeds: "Flux en direct",
  loadingFeeds: "Chargement des flux",
  feedsFailed: "Les flux n’ont pas pu être chargés",
  failed: "Le chargement a échoué",
  whyFailed: "Il n’y a pas de connexion, ou le serveur a une version plus récente de cette page.",
  loadAgain: "Recharger la page",
  administration: "Gestion du serveur",
  moderation: "Modération",
  reports: "Signalements",
  audit: "Journal d’audit",
  programs: "Programmes",
};
