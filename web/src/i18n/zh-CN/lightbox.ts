import type { t } from "../en/lightbox";
import type { Translation } from "../texts";

export const lightbox: Translation<typeof t> = {
  previous: "上一张图片",
  next: "下一张图片",
  place: "{n, number} / {count, number}",
  zoomOut: "缩小",
  zoomIn: "放大",
  percent: "{percent, number}%",
  fit: "适应窗口",
  original: "打开原图",
  download: "下载",
  frame: "当前图片",
  failed: "此浏览器无法显示该图片，或图片未能加载。",
};
