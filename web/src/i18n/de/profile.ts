import type { t } from "../en/profile";
import type { Translation } from "../texts";

export const profile: Translation<typeof t> = {
  reading: "Profil wird gelesen",
  failed: "Das Profil konnte nicht gelesen werden",
  noConnection: "Keine Verbindung: Gerade lässt sich nichts ändern.",
  name: "Anzeigename",
  nameHint: "Diesen Namen sehen andere. Bleibt er leer, gilt wieder {name}.",
  nameHintAccount: "Diesen Namen sehen andere. Angemeldet wird weiter mit {name}; bleibt er leer, gilt wieder dieser Name.",
  badName: "Dieser Name ist nicht möglich. Er hat höchstens {most, number} Zeichen, davon mindestens ein sichtbares, und keines, das den Text steuert oder seine Richtung ändert.",
  saved: "Gespeichert.",
  status: "Status",
  statusAbout: "Das gilt auf allen Geräten, bis es geändert wird.",
  onlineText: "Andere sehen, ob Sie da sind.",
  dndText: "Ihre Geräte erhalten keine Push-Benachrichtigungen. Offene Seiten melden sich weiterhin.",
  invisibleText: "Für andere sind Sie offline. Was Sie in einem Raum tun, sehen sie trotzdem.",
  password: "Passwort",
  passwordAbout: "Ein neues Passwort beendet alle Sitzungen, auch diese: Danach melden Sie sich damit neu an. Was irgendwo geschrieben und nicht gesendet wurde, geht verloren.",
  present: "Jetziges Passwort",
  next: "Neues Passwort",
  nextHint: "Mindestens {least, number} Zeichen. Am besten einige Wörter, die sonst nirgends verwendet werden.",
  badPassword: "Ein Passwort hat {least, number} bis {most, number} Zeichen.",
  wrongPassword: "Das ist nicht das jetzige Passwort.",
  show: "Passwörter anzeigen",
  change: "Passwort ändern",
};
