import type { t } from "../en/offline";
import type { Translation } from "../texts";

export const offline: Translation<typeof t> = {
  offline: "Keine Verbindung.",
  kept: "Zu sehen sind die letzten in diesem Browser gespeicherten Nachrichten, Stand {time}. Geschriebenes wird gesendet, sobald wieder eine Verbindung besteht.",
};
