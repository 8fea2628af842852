import type { t } from "../en/push";
import type { Translation } from "../texts";

export const push: Translation<typeof t> = {
  notify: "在此设备上通知我",
  on: "开",
  off: "关",
  unsure: "未知",
  denied: "你的浏览器不允许此网站通知你。请在网站设置中允许后重试。",
  notAsked: "此浏览器已设为接收通知，但无法向服务器确认是否会发送。",
  notRenewed: "服务器会通知此设备，但未能记录它仍在使用。",
  notTaken: "服务器不会通知此设备：未能登记。",
  unreachable: "浏览器无法连接其推送服务，请稍后重试。",
  noServer: "无法连接服务器，请稍后重试。",
  failed: "操作未成功，请重试。",
  missed: "你错过了一些消息",
  look: "打开聊天查看。",
  wrote: "给你发了消息。",
  mentioned: "提到了你。",
  added: "{name} 将你加入了此房间。",
};
