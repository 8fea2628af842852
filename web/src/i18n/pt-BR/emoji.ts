import type { t } from "../en/emoji";
import type { Translation } from "../texts";

export const emoji: Translation<typeof t> = {
  emoji: "Emojis",
  loading: "Carregando os emojis",
  failed: "Não foi possível carregar os emojis. Não há conexão, ou o servidor tem uma versão mais recente desta página.",
  search: "Buscar emojis",
  kinds: "Tipos de emojis",
  found: "Emojis encontrados",
  none: "Nenhum emoji tem esse nome.",
  hint: "Digite dois-pontos e duas letras em uma mensagem para encontrar um ali.",
  tone: "Tom de pele",
  recent: "Usados recentemente",
  smileys: "Carinhas",
  people: "Pessoas",
  nature: "Animais e natureza",
  food: "Comida e bebida",
  travel: "Viagens e lugares",
  activities: "Atividades",
  objects: "Objetos",
  symbols: "Símbolos",
  flags: "Bandeiras",
  reactions: "Reações",
  reactedFailed: "Não foi possível saber quem reagiu. {why}",
  nobody: "Não há mais nenhuma reação.",
  you: "{name} (você)",
  andMore: "{names} e mais {count, number}",
};
