import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "Online",
  idle: "Abwesend",
  dnd: "Bitte nicht stören",
  invisible: "Unsichtbar",
  offline: "Offline",
  lastSeen: "Zuletzt gesehen: {ago}",
  lastSeenOn: "Zuletzt gesehen am {date}",
  ok: "OK",
  tryAgain: "Erneut versuchen",
  react: "Reagieren",
  close: "Schließen",
  cancel: "Abbrechen",
  save: "Speichern",
  loading: "Wird geladen",
  closeList: "Liste schließen",
  rooms: "Räume",
  copied: "Kopiert",
  copiedSentence: "Kopiert.",
  noCopying: "Der Browser erlaubt hier kein Kopieren.",
  noCopyingSelect: "Der Browser erlaubt hier kein Kopieren: bitte von Hand markieren.",
  you: "Sie",
  more: "Mehr",
};
