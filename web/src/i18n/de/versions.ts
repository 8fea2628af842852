import type { t } from "../en/versions";
import type { Translation } from "../texts";

export const versions: Translation<typeof t> = {
  title: "Was die Nachricht sagte",
  present: "Jetzt",
  noText: "Kein Text",
  more: "Es gab noch frühere Fassungen, die nicht gezeigt werden.",
  failed: "Die Fassungen konnten nicht gelesen werden: {why}",
};
