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
};
