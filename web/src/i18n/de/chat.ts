import type { t } from "../en/chat";
import type { Translation } from "../texts";

export const chat: Translation<typeof t> = {
  removed: "Die Mitgliedschaft in diesem Raum wurde beendet.",
  banned: "Der Zugang zu diesem Raum ist gesperrt.",
  left: "Dieser Raum wurde verlassen.",
  unreadable: "Dieser Raum kann nicht gelesen werden.",
  inRoom: "{room}: {words}",
  wentWrong: "Hier ist etwas schiefgegangen. Bitte erneut versuchen.",
  myNotes: "Meine Notizen",
  listLabel: "Räume und Konto",
  skip: "Zum Nachrichtenfeld springen",
  welcome: "Willkommen, {name}",
  firstRoom: "Noch gibt es keinen Raum. Der erste lässt sich mit dem Pluszeichen in der Liste anlegen.",
  chooseRoom: "Einen Raum auswählen",
  chooseRoomText: "Alles, was dort gesagt wird, bleibt der Reihe nach erhalten und kann von Anfang an gelesen werden.",
  noSuchRoom: "Diesen Raum gibt es nicht",
  noSuchRoomText: "Die Adresse nennt keinen: Der Name eines Raums besteht in einer Adresse aus Buchstaben, Ziffern, Punkten, Doppelpunkten, Bindestrichen und Unterstrichen.",
};
