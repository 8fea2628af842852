import type { t } from "../en/ways";
import type { Translation } from "../texts";

export const ways: Translation<typeof t> = {
  liveFeeds: "实时数据流",
  loadingFeeds: "正在加载数据流",
  feedsFailed: "无法加载数据流",
  failed: "无法加载",
  whyFailed: "没有连接，或服务器上有此页面的新版本。",
  loadAgain: "重新加载页面",
  administration: "服务器管理",
  moderation: "内容管理",
  reports: "举报",
  audit: "审计日志",
  programs: "程序",
};
