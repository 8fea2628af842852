import type { t } from "../en/previews";
import type { Translation } from "../texts";

export const previews: Translation<typeof t> = {
  show: "عرض معاينات الروابط",
  on: "مفعّل",
  off: "معطّل",
  remove: "إزالة المعاينة",
  notRemoved: "تعذّرت إزالة المعاينة. {why}",
};
