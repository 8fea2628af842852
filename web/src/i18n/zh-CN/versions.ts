import type { t } from "../en/versions";
import type { Translation } from "../texts";

export const versions: Translation<typeof t> = {
  title: "消息的历次内容",
  present: "现在",
  noText: "没有文字",
  more: "还有更早的版本，未显示。",
  failed: "无法读取历次内容：{why}",
};
