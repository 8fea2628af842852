import type { t } from "../en/banner";
import type { Translation } from "../texts";

export const banner: Translation<typeof t> = {
  noConnection: "接続がありません。",
  reconnectingIn: "{seconds, number}秒後に再接続します",
  reconnecting: "再接続中…",
  retryNow: "今すぐ再試行",
  connectedAgain: "再接続しました。",
  endsSoon: "まもなくセッションが終了します。",
  secondsLeft: "残り{seconds, number}秒",
  staySignedIn: "サインインを続ける",
  full: "このブラウザーの保存領域がいっぱいです。未送信の内容は、ページを閉じるか再読み込みすると失われます。",
  silent: "このブラウザーの保存領域が応答しません。未送信の内容は、ページを閉じるか再読み込みすると失われます。",
  none: "このブラウザーはこのページのデータを保存しません。未送信の内容は、ページを閉じるか再読み込みすると失われます。",
};
