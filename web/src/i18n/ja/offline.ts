import type { t } from "../en/offline";
import type { Translation } from "../texts";

export const offline: Translation<typeof t> = {
  offline: "オフラインです。",
  kept: "このブラウザーに保存された最後のメッセージです（{time}時点）。書いた内容は接続が回復すると送信されます。",
};
