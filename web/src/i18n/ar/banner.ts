import type { t } from "../en/banner";
import type { Translation } from "../texts";

export const banner: Translation<typeof t> = {
  noConnection: "لا يوجد اتصال.",
  reconnectingIn: "إعادة الاتصال بعد {seconds, number} ث",
  reconnecting: "جارٍ إعادة الاتصال…",
  retryNow: "إعادة المحاولة الآن",
  connectedAgain: "عاد الاتصال.",
  endsSoon: "ستنتهي جلستك قريبًا.",
  secondsLeft: "بقي {seconds, number} ث",
  staySignedIn: "البقاء مسجّلًا",
  full: "مساحة تخزين هذا المتصفح ممتلئة. ما لم يُرسل بعد سيضيع عند إغلاق الصفحة أو إعادة تحميلها.",
  silent: "مساحة تخزين هذا المتصفح لا تستجيب. ما لم يُرسل بعد سيضيع عند إغلاق الصفحة أو إعادة تحميلها.",
  none: "لا يحفظ هذا المتصفح شيئًا لهذه الصفحة. ما لم يُرسل بعد سيضيع عند إغلاق الصفحة أو إعادة تحميلها.",
};
