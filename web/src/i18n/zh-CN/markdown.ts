import type { t } from "../en/markdown";
import type { Translation } from "../texts";

export const markdown: Translation<typeof t> = {
  code: "代码",
  copyCode: "复制代码",
  copy: "复制",
};
