import type { t } from "../en/emoji";
import type { Translation } from "../texts";

export const emoji: Translation<typeof t> = {
  emoji: "Émojis",
  loading: "Chargement des émojis",
  failed: "Les émojis n’ont pas pu être chargés. Il n’y a pas de connexion, ou le serveur a une version plus récente de cette page.",
  search: "Rechercher un émoji",
  kinds: "Catégories d’émojis",
  found: "Émojis trouvés",
  none: "Aucun émoji ne porte ce nom.",
  hint: "Tapez deux-points et deux lettres dans un message pour en trouver un.",
  tone: "Couleur de peau",
  recent: "Utilisés récemment",
  smileys: "Visages",
  people: "Personnes",
  nature: "Animaux et nature",
  food: "Nourriture et boissons",
  travel: "Voyages et lieux",
  activities: "Activités",
  objects: "Objets",
  symbols: "Symboles",
  flags: "Drapeaux",
  reactions: "Réactions",
  reactedFailed: "Impossible de savoir qui a réagi. {why}",
  nobody: "Il n’y a plus de réaction.",
  you: "{name} (vous)",
  andMore: "{names} et {count, number} de plus",
};
