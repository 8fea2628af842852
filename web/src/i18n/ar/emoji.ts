import type { t } from "../en/emoji";
import type { Translation } from "../texts";

export const emoji: Translation<typeof t> = {
  emoji: "الرموز التعبيرية",
  loading: "جارٍ تحميل الرموز التعبيرية",
  failed: "تعذّر تحميل الرموز التعبيرية. لا يوجد اتصال، أو لدى الخادم إصدار أحدث من هذه الصفحة.",
  search: "البحث عن رمز تعبيري",
  kinds: "فئات الرموز التعبيرية",
  found: "الرموز التي عُثر عليها",
  none: "لا يوجد رمز تعبيري بهذا الاسم.",
  hint: "اكتب نقطتين رأسيتين وحرفين في الرسالة للعثور على رمز هناك.",
  tone: "لون البشرة",
  recent: "المستخدمة مؤخرًا",
  smileys: "الوجوه",
  people: "أشخاص",
  nature: "الحيوانات والطبيعة",
  food: "الطعام والشراب",
  travel: "السفر والأماكن",
  activities: "الأنشطة",
  objects: "أشياء",
  symbols: "علامات",
  flags: "أعلام",
  reactions: "التفاعلات",
  reactedFailed: "تعذّرت معرفة من تفاعل. {why}",
  nobody: "لم تعد هناك أي تفاعلات.",
  you: "{name} (أنت)",
  andMore: "{names} و{count, number} غيرهم",
};
