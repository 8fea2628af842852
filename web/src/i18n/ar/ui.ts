import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "متصل",
  idle: "غير موجود",
  dnd: "عدم الإزعاج",
  invisible: "غير مرئي",
  offline: "غير متصل",
  lastSeen: "آخر ظهور: {ago}",
  lastSeenOn: "آخر ظهور في {date}",
};
