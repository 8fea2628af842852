import type { t } from "../en/ways";
import type { Translation } from "../texts";

export const ways: Translation<typeof t> = {
  liveFeeds: "الموجزات الحية",
  loadingFeeds: "جارٍ تحميل الموجزات",
  feedsFailed: "تعذّر تحميل الموجزات",
  failed: "تعذّر التحميل",
  whyFailed: "لا يوجد اتصال، أو لدى الخادم إصدار أحدث من هذه الصفحة.",
  loadAgain: "إعادة تحميل الصفحة",
  administration: "الإدارة",
  moderation: "الإشراف",
  reports: "البلاغات",
  audit: "سجل التدقيق",
  programs: "البرامج",
};
