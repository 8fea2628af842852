import type { t } from "../en/time";
import type { Translation } from "../texts";

export const time: Translation<typeof t> = {
  today: "Aujourd’hui",
  yesterday: "Hier",
  justNow: "à l’instant",
};
