import type { t } from "../en/filters";
import type { Translation } from "../texts";

export const filters: Translation<typeof t> = {
  filters: "عوامل التصفية",
  title: "تضييق البحث",
  room: "الغرفة",
  allRooms: "كل الغرف",
  writtenBy: "كتبها",
  anybody: "أي شخص",
  firstDay: "أول يوم",
  lastDay: "آخر يوم",
  show: "عرض الرسائل",
  by: "من {name}",
  since: "منذ {day}",
  until: "حتى {day}",
  remove: "إزالة عامل التصفية: {filter}",
  badDays: "لا يجوز أن يسبق آخر يوم أولَ يوم.",
};
