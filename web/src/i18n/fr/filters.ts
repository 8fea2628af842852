import type { t } from "../en/filters";
import type { Translation } from "../texts";

export const filters: Translation<typeof t> = {
  filters: "Filtres",
  title: "Affiner la recherche",
  room: "Salon",
  allRooms: "Tous les salons",
  writtenBy: "Écrit par",
  anybody: "N’importe qui",
  firstDay: "Premier jour",
  lastDay: "Dernier jour",
  show: "Afficher les messages",
  by: "De {name}",
  since: "Depuis le {day}",
  until: "Jusqu’au {day}",
  remove: "Retirer le filtre : {filter}",
  badDays: "Le dernier jour ne peut pas précéder le premier.",
};
