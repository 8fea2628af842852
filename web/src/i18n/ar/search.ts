import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {
  searchMessages: "البحث في الرسائل",
  clear: "مسح البحث",
  onlyIn: "في {room} فقط",
  messagesFound: "الرسائل التي عُثر عليها",
  searching: "جارٍ البحث",
  searchingNow: "جارٍ البحث…",
  furtherBack: "البحث في الأقدم",
  showOlder: "عرض الأقدم",
  nothing: "لم يُعثر على شيء.",
  nothingNewest: "لم يُعثر على شيء بين أحدث الرسائل.",
  found: "{count, plural, zero {لا رسائل} one {رسالة واحدة} two {رسالتان} few {# رسائل} many {# رسالة} other {# رسالة}}",
  foundOrMore: "{count, plural, zero {لا رسائل بعد} one {رسالة واحدة أو أكثر} two {رسالتان أو أكثر} few {# رسائل أو أكثر} many {# رسالة أو أكثر} other {# رسالة أو أكثر}}",
  failed: "فشل البحث.",
  badQuery: "يحتاج البحث إلى كلمة واحدة على الأقل: تُهمل علامات الترقيم، و-كلمة تستبعد فقط.",
};
