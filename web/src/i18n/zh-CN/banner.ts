import type { t } from "../en/banner";
import type { Translation } from "../texts";

export const banner: Translation<typeof t> = {
  noConnection: "没有连接。",
  reconnectingIn: "{seconds, number} 秒后重新连接",
  reconnecting: "正在重新连接…",
  retryNow: "立即重试",
  connectedAgain: "已重新连接。",
  endsSoon: "您的会话即将结束。",
  secondsLeft: "剩余 {seconds, number} 秒",
  staySignedIn: "保持登录",
  full: "此浏览器的存储空间已满。关闭或重新加载页面后，尚未发送的内容将丢失。",
  silent: "此浏览器的存储没有响应。关闭或重新加载页面后，尚未发送的内容将丢失。",
  none: "此浏览器不为本页面保存任何数据。关闭或重新加载页面后，尚未发送的内容将丢失。",
};
