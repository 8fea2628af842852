import type { t } from "../en/versions";
import type { Translation } from "../texts";

export const versions: Translation<typeof t> = {
  title: "Ce que disait le message",
  present: "Maintenant",
  noText: "Aucun texte",
  more: "Il y a eu des versions antérieures, qui ne sont pas affichées.",
  failed: "Les versions n’ont pas pu être lues : {why}",
};
