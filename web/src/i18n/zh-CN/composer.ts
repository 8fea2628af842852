import type { t } from "../en/composer";
import type { Translation } from "../texts";

export const composer: Translation<typeof t> = {
  send: "发送",
  slowMode: "慢速模式：{time}后可再次发言",
  tooMany: "一次发送过多：等待中的消息会自动发出。{time}后可再次发言",
  seconds: "{seconds, number} 秒",
  minutes: "{minutes, number} 分 {seconds, number} 秒",
  notifyTitle: "通知所有人？",
  notifyText: "“@room” 会通知 {room} 中的所有人。",
  sendToAll: "发送给所有人",
  goBack: "返回",
  editMessage: "编辑消息",
  saving: "正在保存消息…",
  editing: "正在编辑消息",
  showEdited: "显示",
  newText: "消息的新文本",
  notSaved: "未保存。{error}",
  people: "可提及的人",
  emoji: "表情",
  everybody: "此聊天室的所有人",
  left: "还可输入 {count, number} 个字符",
  tooLong: "超出 {count, number} 个字符",
};
