import type { t } from "../en/composer";
import type { Translation } from "../texts";

export const composer: Translation<typeof t> = {
  send: "送信",
  slowMode: "低速モード：次の送信まで{time}",
  tooMany: "一度に多すぎます：待機中のものは自動的に送信されます。次の送信まで{time}",
  seconds: "{seconds, number}秒",
  minutes: "{minutes, number}分{seconds, number}秒",
  notifyTitle: "全員に通知しますか？",
  notifyText: "「@room」は{room}の全員に通知されます。",
  sendToAll: "全員に送信",
  goBack: "戻る",
  editMessage: "メッセージを編集",
  saving: "メッセージを保存中…",
  editing: "メッセージを編集中",
  showEdited: "表示",
  newText: "メッセージの新しい本文",
  notSaved: "保存できませんでした。{error}",
  people: "メンションする相手",
  emoji: "絵文字",
  everybody: "このルームの全員",
  left: "残り{count, number}文字",
  tooLong: "{count, number}文字超過しています",
};
