import type { t } from "../en/chat";
import type { Translation } from "../texts";

export const chat: Translation<typeof t> = {
  removed: "أُخرجت من هذه الغرفة.",
  banned: "أنت محظور من هذه الغرفة.",
  left: "لقد غادرت هذه الغرفة.",
  unreadable: "لا يمكنك قراءة هذه الغرفة.",
  inRoom: "{room}: {words}",
  wentWrong: "حدث خطأ ما. حاول مرة أخرى.",
  myNotes: "ملاحظاتي",
  listLabel: "الغرف والحساب",
  skip: "الانتقال إلى حقل الرسالة",
  welcome: "مرحبًا {name}",
  firstRoom: "لم يفتح أحد غرفة بعد. أنشئ أول غرفة بعلامة الزائد في القائمة.",
  chooseRoom: "اختر غرفة",
  chooseRoomText: "كل ما يقال هناك محفوظ بالترتيب. يمكنك قراءته من البداية.",
  noSuchRoom: "لا توجد غرفة كهذه",
  noSuchRoomText: "العنوان لا يدل على أي غرفة: يتكون اسم الغرفة في العنوان من حروف وأرقام ونقاط ونقطتين رأسيتين وشرطات وشرطات سفلية.",
};
