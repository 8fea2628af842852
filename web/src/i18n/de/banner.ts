import type { t } from "../en/banner";
import type { Translation } from "../texts";

export const banner: Translation<typeof t> = {
  noConnection: "Keine Verbindung.",
  reconnectingIn: "Neuer Versuch in {seconds, number} s",
  reconnecting: "Verbindung wird hergestellt…",
  retryNow: "Jetzt versuchen",
  connectedAgain: "Wieder verbunden.",
  endsSoon: "Die Sitzung endet bald.",
  secondsLeft: "Noch {seconds, number} s",
  staySignedIn: "Angemeldet bleiben",
  full: "Der Speicher dieses Browsers ist voll. Was noch nicht gesendet ist, geht verloren, wenn die Seite geschlossen oder neu geladen wird.",
  silent: "Der Speicher dieses Browsers antwortet nicht. Was noch nicht gesendet ist, geht verloren, wenn die Seite geschlossen oder neu geladen wird.",
  none: "Dieser Browser speichert nichts für diese Seite. Was noch nicht gesendet ist, geht verloren, wenn die Seite geschlossen oder neu geladen wird.",
};
