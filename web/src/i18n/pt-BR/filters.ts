import type { t } from "../en/filters";
import type { Translation } from "../texts";

export const filters: Translation<typeof t> = {
  filters: "Filtros",
  title: "Refinar a busca",
  room: "Sala",
  allRooms: "Todas as salas",
  writtenBy: "Escrito por",
  anybody: "Qualquer pessoa",
  firstDay: "Primeiro dia",
  lastDay: "Último dia",
  show: "Mostrar mensagens",
  by: "De {name}",
  since: "Desde {day}",
  until: "Até {day}",
  remove: "Remover o filtro: {filter}",
  badDays: "O último dia não pode ser anterior ao primeiro.",
};
