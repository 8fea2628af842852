import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "オンライン",
  idle: "離席中",
  dnd: "取り込み中",
  invisible: "非表示",
  offline: "オフライン",
  lastSeen: "最終確認：{ago}",
  lastSeenOn: "最終確認：{date}",
  ok: "OK",
  tryAgain: "もう一度試す",
  react: "リアクション",
  close: "閉じる",
  cancel: "キャンセル",
  save: "保存",
  loading: "読み込み中",
  closeList: "リストを閉じる",
  rooms: "ルーム",
  copied: "コピーしました",
  copiedSentence: "コピーしました。",
  noCopying: "ブラウザーによりコピーが許可されていません。",
  noCopyingSelect: "ブラウザーによりコピーが許可されていません。選択してコピーしてください。",
  you: "あなた",
  more: "その他",
};
