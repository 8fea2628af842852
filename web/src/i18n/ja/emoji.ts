import type { t } from "../en/emoji";
import type { Translation } from "../texts";

export const emoji: Translation<typeof t> = {
  emoji: "絵文字",
  loading: "絵文字を読み込み中",
  failed: "絵文字を読み込めませんでした。接続がないか、サーバーにこのページの新しいバージョンがあります。",
  search: "絵文字を検索",
  kinds: "絵文字の種類",
  found: "見つかった絵文字",
  none: "その名前の絵文字はありません。",
  hint: "メッセージでコロンと2文字を入力すると、その場で探せます。",
  tone: "肌の色",
  recent: "最近使用したもの",
  smileys: "スマイリー",
  people: "人物",
  nature: "動物と自然",
  food: "食べ物と飲み物",
  travel: "旅行と場所",
  activities: "アクティビティ",
  objects: "もの",
  symbols: "記号",
  flags: "旗",
  reactions: "リアクション",
  reactedFailed: "リアクションした人を取得できませんでした。{why}",
  nobody: "リアクションはもうありません。",
  you: "{name}（あなた）",
  andMore: "{names} ほか{count, number}人",
};
