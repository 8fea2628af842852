import type { t } from "../en/previews";
import type { Translation } from "../texts";

export const previews: Translation<typeof t> = {
  show: "Afficher les aperçus des liens",
  on: "Activé",
  off: "Désactivé",
  remove: "Retirer l’aperçu",
  notRemoved: "L’aperçu n’a pas pu être retiré. {why}",
};
