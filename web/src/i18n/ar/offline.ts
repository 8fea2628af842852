import type { t } from "../en/offline";
import type { Translation } from "../texts";

export const offline: Translation<typeof t> = {
  offline: "أنت غير متصل.",
  kept: "هذه آخر الرسائل المحفوظة في هذا المتصفح حتى {time}. ما تكتبه يُرسل عند توفر الاتصال.",
};
