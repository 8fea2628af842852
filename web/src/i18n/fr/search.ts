import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {
  searchMessages: "Rechercher des messages",
  clear: "Effacer la recherche",
  onlyIn: "Seulement dans {room}",
  messagesFound: "Messages trouvés",
  searching: "Recherche en cours",
  searchingNow: "Recherche en cours…",
  furtherBack: "Rechercher plus loin",
  showOlder: "Afficher les plus anciens",
  nothing: "Rien n’a été trouvé.",
  nothingNewest: "Rien n’a été trouvé parmi les messages les plus récents.",
  found: "{count, plural, one {# message} many {# de messages} other {# messages}}",
  foundOrMore: "{count, plural, one {# message ou plus} many {# de messages ou plus} other {# messages ou plus}}",
  failed: "La recherche a échoué.",
  badQuery: "La recherche a besoin d’au moins un mot : la ponctuation est ignorée et -mot ne fait qu’exclure.",
};
