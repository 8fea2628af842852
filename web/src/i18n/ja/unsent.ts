import type { t } from "../en/unsent";
import type { Translation } from "../texts";

export const unsent: Translation<typeof t> = {
  title: "未送信のメッセージ",
  unreadableRoom: "閲覧できなくなったルーム",
  copyText: "テキストをコピー",
  goToRoom: "ルームへ移動",
  discard: "破棄",
  count: "{count, number}件のメッセージが未送信です",
  withFiles: "ファイル{count, number}件付き",
};
