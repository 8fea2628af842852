import type { t } from "../en/previews";
import type { Translation } from "../texts";

export const previews: Translation<typeof t> = {
  show: "显示链接预览",
  on: "开",
  off: "关",
  remove: "移除预览",
  notRemoved: "无法移除预览。{why}",
};
