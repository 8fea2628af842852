import type { t } from "../en/page";
import type { Translation } from "../texts";

export const page: Translation<typeof t> = {
  signedOutElsewhere: "سجّلت الخروج في علامة تبويب أخرى.",
  signedOutByServer: "سجّل الخادم خروجك.",
  passwordChanged: "تغيّرت كلمة مرورك. سجّل الدخول بالكلمة الجديدة.",
};
