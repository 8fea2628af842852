import type { t } from "../en/previews";
import type { Translation } from "../texts";

export const previews: Translation<typeof t> = {
  show: "リンクのプレビューを表示",
  on: "オン",
  off: "オフ",
  remove: "プレビューを削除",
  notRemoved: "プレビューを削除できませんでした。{why}",
};
