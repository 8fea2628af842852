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
  ok: "确定",
  tryAgain: "重试",
  react: "回应",
  close: "关闭",
  cancel: "取消",
  save: "保存",
  loading: "加载中",
  closeList: "关闭列表",
  rooms: "聊天室",
  copied: "已复制",
  copiedSentence: "已复制。",
  noCopying: "浏览器不允许在此复制。",
  noCopyingSelect: "浏览器不允许在此复制：请手动选择。",
  you: "您",
  more: "更多",
};
