import type { t } from "../en/filters";
import type { Translation } from "../texts";

export const filters: Translation<typeof t> = {
  filters: "筛选",
  title: "缩小搜索范围",
  room: "聊天室",
  allRooms: "所有聊天室",
  writtenBy: "发送者",
  anybody: "不限",
  firstDay: "开始日期",
  lastDay: "结束日期",
  show: "显示消息",
  by: "来自 {name}",
  since: "从 {day} 起",
  until: "到 {day} 为止",
  remove: "移除筛选：{filter}",
  badDays: "结束日期不能早于开始日期。",
};
