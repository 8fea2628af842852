import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "オンライン",
  idle: "離席中",
  dnd: "取り込み中",
  invisible: "非表示",
  offline: "オフライン",
  lastSeen: "最終確認：{ago}",
  lastSeenOn: "最終確認：{date}",
};
