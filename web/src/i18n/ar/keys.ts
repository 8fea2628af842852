import type { t } from "../en/keys";
import type { Translation } from "../texts";

export const keys: Translation<typeof t> = {
  previousRoom: "الغرفة السابقة في القائمة",
  nextRoom: "الغرفة التالية في القائمة",
  send: "إرسال الرسالة",
  newLine: "سطر جديد",
  editLast: "تعديل آخر رسالة لك ما دام الحقل فارغًا",
  cancel: "الإغلاق، أو إلغاء التعديل",
  showThis: "إظهار هذه القائمة",
  helpKey: "المفتاح ? يُظهر هذه القائمة",
  helpKeyHint: "أوقفه إن كانت القائمة تُفتح دون قصد. القائمة عند اسمك تُظهرها أيضًا.",
  ctrl: "Ctrl",
  command: "مفتاح الأوامر",
  alt: "Alt",
  shift: "Shift",
  enter: "Enter",
  escape: "Esc",
  up: "سهم لأعلى",
  down: "سهم لأسفل",
};
