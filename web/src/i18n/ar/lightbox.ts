import type { t } from "../en/lightbox";
import type { Translation } from "../texts";

export const lightbox: Translation<typeof t> = {
  previous: "الصورة السابقة",
  next: "الصورة التالية",
  place: "{n, number} من {count, number}",
  zoomOut: "تصغير",
  zoomIn: "تكبير",
  percent: "{percent, number}٪",
  fit: "ملاءمة",
  original: "فتح الأصل",
  download: "تنزيل",
  frame: "الصورة المعروضة",
  failed: "لا يستطيع هذا المتصفح عرض الصورة، أو تعذّر تحميلها.",
};
