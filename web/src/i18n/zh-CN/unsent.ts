import type { t } from "../en/unsent";
import type { Translation } from "../texts";

export const unsent: Translation<typeof t> = {
  title: "未发送的消息",
  unreadableRoom: "您无法再阅读的聊天室",
  copyText: "复制文本",
  goToRoom: "前往聊天室",
  discard: "放弃",
  count: "{count, number} 条消息未发送",
  withFiles: "附 {count, number} 个文件",
};
