import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "En ligne",
  idle: "Absent",
  dnd: "Ne pas déranger",
  invisible: "Invisible",
  offline: "Hors ligne",
  lastSeen: "Vu pour la dernière fois : {ago}",
  lastSeenOn: "Vu pour la dernière fois le {date}",
};
