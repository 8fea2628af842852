import type { t } from "../en/composer";
import type { Translation } from "../texts";

export const composer: Translation<typeof t> = {
  send: "Senden",
  slowMode: "Langsamer Modus: Schreiben ist wieder möglich in {time}",
  tooMany: "Zu viel auf einmal: Was wartet, geht von selbst hinaus. Schreiben ist wieder möglich in {time}",
  seconds: "{seconds, number} s",
  minutes: "{minutes, number} min {seconds, number} s",
  notifyTitle: "Alle benachrichtigen?",
  notifyText: "„@room“ benachrichtigt alle in {room}.",
  sendToAll: "An alle senden",
  goBack: "Zurück",
  editMessage: "Nachricht bearbeiten",
  saving: "Nachricht wird gespeichert…",
  editing: "Nachricht wird bearbeitet",
  showEdited: "Zeigen",
  newText: "Neuer Text der Nachricht",
  notSaved: "Nicht gespeichert. {error}",
  people: "Personen zum Erwähnen",
  emoji: "Emojis",
  everybody: "Alle in diesem Raum",
  left: "{count, plural, one {Noch # Zeichen} other {Noch # Zeichen}}",
  tooLong: "{count, plural, one {# Zeichen zu lang} other {# Zeichen zu lang}}",
};
