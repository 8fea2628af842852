import type { t } from "../en/versions";
import type { Translation } from "../texts";

export const versions: Translation<typeof t> = {
  title: "ما كانت تقوله الرسالة",
  present: "الآن",
  noText: "لا نص",
  more: "هناك نسخ أقدم لا تُعرض.",
  failed: "تعذرت قراءة النسخ: {why}",
};
