import type { t } from "../en/filters";
import type { Translation } from "../texts";

export const filters: Translation<typeof t> = {
  filters: "Filtros",
  title: "Acotar la búsqueda",
  room: "Sala",
  allRooms: "Todas las salas",
  writtenBy: "Escrito por",
  anybody: "Cualquiera",
  firstDay: "Primer día",
  lastDay: "Último día",
  show: "Mostrar mensajes",
  by: "De {name}",
  since: "Desde el {day}",
  until: "Hasta el {day}",
  remove: "Quitar el filtro: {filter}",
  badDays: "El último día no puede ser anterior al primero.",
};
