import type { t } from "../en/profile";
import type { Translation } from "../texts";

export const profile: Translation<typeof t> = {
  reading: "プロフィールを読み込んでいます",
  failed: "プロフィールを読み込めませんでした",
  noConnection: "接続されていません。今は何も変更できません。",
  name: "表示名",
  nameHint: "ほかの人に表示される名前です。空にすると{name}に戻ります。",
  nameHintAccount: "ほかの人に表示される名前です。サインインには引き続き{name}を使います。空にするとその名前に戻ります。",
  badName: "この名前は使えません。{most, number}文字以内で、目に見える文字が必要です。制御文字や文字の向きを変える文字は使えません。",
  saved: "保存しました。",
  status: "ステータス",
  statusAbout: "変更するまで、お使いのすべてのデバイスに適用されます。",
  onlineText: "ここにいるかどうかがほかの人に表示されます。",
  dndText: "デバイスにプッシュ通知は届きません。開いているページは引き続き通知します。",
  invisibleText: "ほかの人にはオフラインと表示されます。ルームでの操作は見えます。",
  password: "パスワード",
  passwordAbout: "パスワードを変更すると、このセッションを含むすべてのセッションが終了し、新しいパスワードでのサインインが必要になります。どこかで入力して送信していないものは失われます。",
  present: "現在のパスワード",
  next: "新しいパスワード",
  nextHint: "{least, number}文字以上。ほかでは使っていない単語をいくつか組み合わせるのが最適です。",
  badPassword: "パスワードは{least, number}～{most, number}文字です。",
  wrongPassword: "現在のパスワードと一致しません。",
  show: "パスワードを表示",
  change: "パスワードを変更",
};
