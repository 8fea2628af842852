import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "متصل",
  idle: "غير موجود",
  dnd: "عدم الإزعاج",
  invisible: "غير مرئي",
  offline: "غير متصل",
  lastSeen: "آخر ظهور: {ago}",
  lastSeenOn: "آخر ظهور في {date}",
  ok: "حسنًا",
  tryAgain: "إعادة المحاولة",
  react: "تفاعل",
  close: "إغلاق",
  cancel: "إلغاء",
  save: "حفظ",
  loading: "جارٍ التحميل",
  closeList: "إغلاق القائمة",
  rooms: "الغرف",
  copied: "تم النسخ",
  copiedSentence: "تم النسخ.",
  noCopying: "لا يسمح المتصفح بالنسخ هنا.",
  noCopyingSelect: "لا يسمح المتصفح بالنسخ هنا: حدّد النص بنفسك.",
  you: "أنت",
  more: "المزيد",
};
