import type { t } from "../en/ways";
import type { Translation } from "../texts";

export const ways: Translation<typeof t> = {
  liveFeeds: "ライブフィード",
  loadingFeeds: "フィードを読み込み中",
  feedsFailed: "フィードを読み込めませんでした",
  failed: "読み込めませんでした",
  whyFailed: "接続がないか、サーバーにこのページの新しいバージョンがあります。",
  loadAgain: "ページを再読み込み",
  administration: "管理",
  moderation: "モデレーション",
  reports: "報告",
  audit: "監査ログ",
  programs: "プログラム",
};
