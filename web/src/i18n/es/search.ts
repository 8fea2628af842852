import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {
  searchMessages: "Buscar mensajes",
  clear: "Borrar la búsqueda",
  onlyIn: "Solo en {room}",
  messagesFound: "Mensajes encontrados",
  searching: "Buscando",
  searchingNow: "Buscando…",
  furtherBack: "Buscar más atrás",
  showOlder: "Mostrar anteriores",
  nothing: "No se ha encontrado nada.",
  nothingNewest: "No se ha encontrado nada entre los mensajes más recientes.",
  found: "{count, plural, one {# mensaje} many {# de mensajes} other {# mensajes}}",
  foundOrMore: "{count, plural, one {# mensaje o más} many {# de mensajes o más} other {# mensajes o más}}",
  failed: "La búsqueda ha fallado.",
  badQuery: "La búsqueda necesita al menos una palabra: los signos de puntuación se ignoran y -palabra solo excluye.",
};
