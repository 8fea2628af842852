import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {
  searchMessages: "Buscar mensagens",
  clear: "Limpar a busca",
  onlyIn: "Somente em {room}",
  messagesFound: "Mensagens encontradas",
  searching: "Buscando",
  searchingNow: "Buscando…",
  furtherBack: "Buscar mais atrás",
  showOlder: "Mostrar mais antigas",
  nothing: "Nada foi encontrado.",
  nothingNewest: "Nada foi encontrado entre as mensagens mais recentes.",
  found: "{count, plural, one {# mensagem} many {# de mensagens} other {# mensagens}}",
  foundOrMore: "{count, plural, one {# mensagem ou mais} many {# de mensagens ou mais} other {# mensagens ou mais}}",
  failed: "A busca falhou.",
  badQuery: "A busca precisa de pelo menos uma palavra: a pontuação é ignorada, e -palavra apenas exclui.",
};
