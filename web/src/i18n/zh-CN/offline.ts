import type { t } from "../en/offline";
import type { Translation } from "../texts";

export const offline: Translation<typeof t> = {
  offline: "您已离线。",
  kept: "这些是此浏览器中截至 {time} 保存的最近消息。您写的内容会在恢复连接后发送。",
};
