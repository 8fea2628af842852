import type { t } from "../en/readers";
import type { Translation } from "../texts";

export const readers: Translation<typeof t> = {
  title: "已读的人",
  nobody: "还没有人读过。",
  count: "{count, number} 人已读。",
  deliveredTo: "已送达，未读",
  moreHaveIt: "另有 {count, number} 人已收到。",
};
