import type { t } from "../en/composer";
import type { Translation } from "../texts";

export const composer: Translation<typeof t> = {
  send: "إرسال",
  slowMode: "الوضع البطيء: يمكنك الكتابة مجددًا بعد {time}",
  tooMany: "عدد كبير دفعة واحدة: ما ينتظر يُرسَل تلقائيًا. يمكنك الكتابة مجددًا بعد {time}",
  seconds: "{seconds, number} ث",
  minutes: "{minutes, number} د {seconds, number} ث",
  notifyTitle: "إشعار الجميع؟",
  notifyText: "«@room» يُشعر كل من في {room}.",
  sendToAll: "إرسال للجميع",
  goBack: "رجوع",
  editMessage: "تعديل الرسالة",
  saving: "جارٍ حفظ الرسالة…",
  editing: "تعديل رسالة",
  showEdited: "عرض",
  newText: "النص الجديد للرسالة",
  notSaved: "لم يُحفظ. {error}",
  people: "أشخاص للإشارة إليهم",
  emoji: "الرموز التعبيرية",
  everybody: "كل من في هذه الغرفة",
  left: "{count, plural, zero {لم يبق أي حرف} one {بقي حرف واحد} two {بقي حرفان} few {بقيت # أحرف} many {بقي # حرفًا} other {بقي # حرف}}",
  tooLong: "{count, plural, zero {لا زيادة في الطول} one {أطول بحرف واحد} two {أطول بحرفين} few {أطول بـ # أحرف} many {أطول بـ # حرفًا} other {أطول بـ # حرف}}",
};
