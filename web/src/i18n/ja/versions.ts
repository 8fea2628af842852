import type { t } from "../en/versions";
import type { Translation } from "../texts";

export const versions: Translation<typeof t> = {
  title: "メッセージの変更履歴",
  present: "現在",
  noText: "本文なし",
  more: "さらに前のバージョンは表示されません。",
  failed: "変更履歴を読み込めませんでした：{why}",
};
