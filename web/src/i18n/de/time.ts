import type { t } from "../en/time";
import type { Translation } from "../texts";

export const time: Translation<typeof t> = {
  today: "Heute",
  yesterday: "Gestern",
  justNow: "gerade eben",
};
