import type { t } from "../en/time";
import type { Translation } from "../texts";

export const time: Translation<typeof t> = {
  today: "今日",
  yesterday: "昨日",
  justNow: "たった今",
};
