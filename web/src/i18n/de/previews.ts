import type { t } from "../en/previews";
import type { Translation } from "../texts";

export const previews: Translation<typeof t> = {
  show: "Linkvorschau zeigen",
  on: "Ein",
  off: "Aus",
  remove: "Vorschau entfernen",
  notRemoved: "Die Vorschau konnte nicht entfernt werden. {why}",
};
