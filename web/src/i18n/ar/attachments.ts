import type { t } from "../en/attachments";
import type { Translation } from "../texts";

export const attachments: Translation<typeof t> = {
  toAttach: "الملفات المراد إرفاقها",
  attach: "إرفاق ملفات",
  list: "الملفات",
  open: "فتح {name}",
  toBeSent: "الملفات المراد إرسالها",
  uploading: "جارٍ رفع {name}",
  retry: "إعادة المحاولة",
  remove: "إزالة {name}",
  unreadable: "تتعذّر قراءة رد الخادم.",
  noRoom: "يمكن إضافة الملفات عندما تكون هناك غرفة مفتوحة.",
  notHere: "لا يمكن إضافة ملفات هنا. {why}",
  folder: "لا يمكن إضافة مجلد. أضف الملفات الموجودة فيه.",
  folders: "لا يمكن إضافة مجلدات. أضف الملفات الموجودة فيها.",
  notFolders: "أُضيفت الملفات؛ أما المجلدات فلا يمكن إضافتها.",
  added: "{count, plural, zero {لم يُضف أي ملف إلى رسالتك التالية في {room}.} one {أُضيف ملف واحد إلى رسالتك التالية في {room}.} two {أُضيف ملفان إلى رسالتك التالية في {room}.} few {أُضيفت # ملفات إلى رسالتك التالية في {room}.} many {أُضيف # ملفًا إلى رسالتك التالية في {room}.} other {أُضيف # ملف إلى رسالتك التالية في {room}.}}",
  drop: "أفلت الملفات لإضافتها إلى رسالتك في {room}",
  tooMany: "الحد الأقصى للملفات في الرسالة: {most, number}.",
  empty: "الملف «{name}» فارغ، ولم يُضف.",
  tooLarge: "لم يُضف «{name}»: حجمه {size}، والحد الأقصى للملف {most}.",
  files: "{count, plural, zero {لا ملفات} one {ملف واحد} two {ملفان} few {# ملفات} many {# ملفًا} other {# ملف}}",
  spoken: "{name}: {text}",
  spokenFiles: "{count, plural, zero {لم تُرسل ملفات من {name}: {files}} one {ملف واحد من {name}: {files}} two {ملفان من {name}: {files}} few {# ملفات من {name}: {files}} many {# ملفًا من {name}: {files}} other {# ملف من {name}: {files}}}",
  spokenWithFiles: "{count, plural, zero {{name}: {text} (بلا ملفات: {files})} one {{name}: {text} (مع ملف واحد: {files})} two {{name}: {text} (مع ملفين: {files})} few {{name}: {text} (مع # ملفات: {files})} many {{name}: {text} (مع # ملفًا: {files})} other {{name}: {text} (مع # ملف: {files})}}",
};
