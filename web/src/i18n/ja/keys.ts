import type { t } from "../en/keys";
import type { Translation } from "../texts";

export const keys: Translation<typeof t> = {
  previousRoom: "リストの前のルーム",
  nextRoom: "リストの次のルーム",
  send: "メッセージを送信",
  newLine: "改行",
  editLast: "入力欄が空のとき、自分の最後のメッセージを編集",
  cancel: "閉じる、または編集をやめる",
  showThis: "この一覧を表示",
  helpKey: "?キーでこの一覧を表示",
  helpKeyHint: "意図せず一覧が開く場合はオフにしてください。名前のメニューからも表示できます。",
  ctrl: "Ctrl",
  command: "コマンド",
  alt: "Alt",
  shift: "Shift",
  enter: "Enter",
  escape: "Esc",
  up: "上矢印",
  down: "下矢印",
};
