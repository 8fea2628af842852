import type { t } from "../en/time";
import type { Translation } from "../texts";

export const time: Translation<typeof t> = {
  today: "Hoy",
  yesterday: "Ayer",
  justNow: "hace un momento",
};
