import type { t } from "../en/time";
import type { Translation } from "../texts";

export const time: Translation<typeof t> = {
  today: "今天",
  yesterday: "昨天",
  justNow: "刚刚",
};
