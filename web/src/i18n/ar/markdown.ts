import type { t } from "../en/markdown";
import type { Translation } from "../texts";

export const markdown: Translation<typeof t> = {
  code: "رمز برمجي",
  copyCode: "نسخ الرمز البرمجي",
  copy: "نسخ",
};
