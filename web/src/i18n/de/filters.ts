import type { t } from "../en/filters";
import type { Translation } from "../texts";

export const filters: Translation<typeof t> = {
  filters: "Filter",
  title: "Suche eingrenzen",
  room: "Raum",
  allRooms: "Alle Räume",
  writtenBy: "Geschrieben von",
  anybody: "Von allen",
  firstDay: "Erster Tag",
  lastDay: "Letzter Tag",
  show: "Nachrichten zeigen",
  by: "Von {name}",
  since: "Ab {day}",
  until: "Bis {day}",
  remove: "Filter entfernen: {filter}",
  badDays: "Der letzte Tag darf nicht vor dem ersten liegen.",
};
