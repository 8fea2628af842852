import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {
  searchMessages: "搜索消息",
  clear: "清除搜索",
  onlyIn: "仅在 {room} 中",
  messagesFound: "找到的消息",
  searching: "正在搜索",
  searchingNow: "正在搜索…",
  furtherBack: "继续向前搜索",
  showOlder: "显示更早的",
  nothing: "未找到任何内容。",
  nothingNewest: "在最新的消息中未找到任何内容。",
  found: "{count, number} 条消息",
  foundOrMore: "{count, number} 条或更多消息",
  failed: "搜索失败。",
  badQuery: "搜索至少需要一个词：标点会被忽略，“-词”仅用于排除。",
};
