import type { t } from "../en/push";
import type { Translation } from "../texts";

export const push: Translation<typeof t> = {
  notify: "このデバイスで通知する",
  on: "オン",
  off: "オフ",
  unsure: "不明",
  denied: "ブラウザーがこのサイトの通知を許可していません。サイトの設定で許可してから、もう一度お試しください。",
  notAsked: "このブラウザーは通知を受け取る設定ですが、サーバーが送信しているか確認できませんでした。",
  notRenewed: "サーバーはこのデバイスに通知しますが、引き続き使用中であることを記録できませんでした。",
  notTaken: "サーバーはこのデバイスに通知しません。登録できませんでした。",
  unreachable: "ブラウザーがプッシュサービスに接続できませんでした。後でもう一度お試しください。",
  noServer: "サーバーに接続できません。後でもう一度お試しください。",
  failed: "うまくいきませんでした。もう一度お試しください。",
  missed: "新しいお知らせがあります",
  look: "チャットを開いて確認してください。",
  wrote: "からメッセージが届きました。",
  mentioned: "があなたにメンションしました。",
  added: "{name}さんがあなたをこのルームに追加しました。",
};
