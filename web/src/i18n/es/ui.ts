import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "En línea",
  idle: "Ausente",
  dnd: "No molestar",
  invisible: "Invisible",
  offline: "Desconectado",
  lastSeen: "Última vez: {ago}",
  lastSeenOn: "Última vez: el {date}",
};
