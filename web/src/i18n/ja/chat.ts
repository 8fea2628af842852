import type { t } from "../en/chat";
import type { Translation } from "../texts";

export const chat: Translation<typeof t> = {
  removed: "このルームから外されました。",
  banned: "このルームへの参加は禁止されています。",
  left: "このルームから退出しました。",
  unreadable: "このルームは閲覧できません。",
  inRoom: "{room}：{words}",
  wentWrong: "問題が発生しました。もう一度お試しください。",
  myNotes: "自分用メモ",
  listLabel: "ルームとアカウント",
  skip: "メッセージ入力欄へ移動",
  welcome: "ようこそ、{name}",
  firstRoom: "まだルームがありません。リストのプラス記号から最初のルームを作成できます。",
  chooseRoom: "ルームを選択してください",
  chooseRoomText: "発言はすべて順番に保存され、最初から読むことができます。",
  noSuchRoom: "そのようなルームはありません",
  noSuchRoomText: "アドレスがルームを指していません。アドレス内のルーム名には、英数字、ドット、コロン、ハイフン、アンダースコアを使います。",
};
