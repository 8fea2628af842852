import type { t } from "../en/ways";
import type { Translation } from "../texts";

export const ways: Translation<typeof t> = {
  liveFeeds: "Live-Feeds",
  loadingFeeds: "Feeds werden geladen",
  feedsFailed: "Die Feeds konnten nicht geladen werden",
  failed: "Dies konnte nicht geladen werden",
  whyFailed: "Es besteht keine Verbindung, oder der Server hat eine neuere Version dieser Seite.",
  loadAgain: "Seite neu laden",
  administration: "Verwaltung",
  moderation: "Moderation",
  reports: "Meldungen",
  audit: "Prüfprotokoll",
  programs: "Programme",
};
