import type { t } from "../en/attachments";
import type { Translation } from "../texts";

export const attachments: Translation<typeof t> = {
  toAttach: "Anzuhängende Dateien",
  attach: "Dateien anhängen",
  list: "Dateien",
  open: "{name} öffnen",
  toBeSent: "Zu sendende Dateien",
  uploading: "{name} wird hochgeladen",
  retry: "Wiederholen",
  remove: "{name} entfernen",
  unreadable: "Die Antwort des Servers ist nicht lesbar.",
  noRoom: "Dateien lassen sich hinzufügen, wenn ein Raum geöffnet ist.",
  notHere: "Hier lassen sich keine Dateien hinzufügen. {why}",
  folder: "Ein Ordner lässt sich nicht hinzufügen. Bitte die Dateien darin hinzufügen.",
  folders: "Ordner lassen sich nicht hinzufügen. Bitte die Dateien darin hinzufügen.",
  notFolders: "Die Dateien wurden hinzugefügt; Ordner sind nicht möglich.",
  added: "{count, plural, one {# Datei wurde der nächsten Nachricht in {room} hinzugefügt.} other {# Dateien wurden der nächsten Nachricht in {room} hinzugefügt.}}",
  drop: "Dateien ablegen, um sie der Nachricht in {room} hinzuzufügen",
  tooMany: "Eine Nachricht fasst höchstens {most, number} Dateien.",
  empty: "„{name}“ ist leer und wurde nicht hinzugefügt.",
  tooLarge: "„{name}“ wurde nicht hinzugefügt: Die Datei hat {size}, erlaubt sind {most}.",
  files: "{count, plural, one {# Datei} other {# Dateien}}",
  spoken: "{name}: {text}",
  spokenFiles: "{count, plural, one {{name} hat # Datei gesendet: {files}} other {{name} hat # Dateien gesendet: {files}}}",
  spokenWithFiles: "{count, plural, one {{name}: {text} (mit # Datei: {files})} other {{name}: {text} (mit # Dateien: {files})}}",
};
