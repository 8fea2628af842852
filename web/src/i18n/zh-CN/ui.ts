import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "在线",
  idle: "离开",
  dnd: "请勿打扰",
  invisible: "隐身",
  offline: "离线",
  lastSeen: "上次在线：{ago}",
  lastSeenOn: "上次在线：{date}",
};
