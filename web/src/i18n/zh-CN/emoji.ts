import type { t } from "../en/emoji";
import type { Translation } from "../texts";

export const emoji: Translation<typeof t> = {
  emoji: "表情符号",
  loading: "正在加载表情符号",
  failed: "无法加载表情符号。没有连接，或服务器上有此页面的新版本。",
  search: "搜索表情符号",
  kinds: "表情符号类别",
  found: "找到的表情符号",
  none: "没有这个名称的表情符号。",
  hint: "在消息中输入冒号和两个字母即可直接查找。",
  tone: "肤色",
  recent: "最近使用",
  smileys: "笑脸",
  people: "人物",
  nature: "动物与自然",
  food: "食物与饮料",
  travel: "旅行与地点",
  activities: "活动",
  objects: "物品",
  symbols: "符号",
  flags: "旗帜",
  reactions: "回应",
  reactedFailed: "无法读取回应者。{why}",
  nobody: "已没有任何回应。",
  you: "{name}（你）",
  andMore: "{names} 等另外 {count, number} 人",
};
