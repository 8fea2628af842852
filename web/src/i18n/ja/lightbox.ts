import type { t } from "../en/lightbox";
import type { Translation } from "../texts";

export const lightbox: Translation<typeof t> = {
  previous: "前の画像",
  next: "次の画像",
  place: "{n, number} / {count, number}",
  zoomOut: "縮小",
  zoomIn: "拡大",
  percent: "{percent, number}%",
  fit: "全体を表示",
  original: "元の画像を開く",
  download: "ダウンロード",
  frame: "表示中の画像",
  failed: "このブラウザーでは画像を表示できないか、読み込めませんでした。",
};
