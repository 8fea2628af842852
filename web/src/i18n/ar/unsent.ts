import type { t } from "../en/unsent";
import type { Translation } from "../texts";

export const unsent: Translation<typeof t> = {
  title: "رسائل لم تُرسل",
  unreadableRoom: "غرفة لم يعد بإمكانك قراءتها",
  copyText: "نسخ النص",
  goToRoom: "الذهاب إلى الغرفة",
  discard: "تجاهل",
  count: "{count, plural, zero {كل الرسائل أُرسلت} one {رسالة واحدة لم تُرسل} two {رسالتان لم تُرسلا} few {# رسائل لم تُرسل} many {# رسالة لم تُرسل} other {# رسالة لم تُرسل}}",
  withFiles: "{count, plural, zero {بلا ملفات} one {مع ملف واحد} two {مع ملفين} few {مع # ملفات} many {مع # ملفًا} other {مع # ملف}}",
};
