import type { t } from "../en/emoji";
import type { Translation } from "../texts";

export const emoji: Translation<typeof t> = {
  emoji: "Emojis",
  loading: "Cargando los emojis",
  failed: "No se han podido cargar los emojis. No hay conexión o el servidor tiene una versión más reciente de esta página.",
  search: "Buscar emojis",
  kinds: "Tipos de emojis",
  found: "Emojis encontrados",
  none: "Ningún emoji se llama así.",
  hint: "Escriba dos puntos y dos letras en un mensaje para encontrar uno allí.",
  tone: "Tono de piel",
  recent: "Usados recientemente",
  smileys: "Caritas",
  people: "Personas",
  nature: "Animales y naturaleza",
  food: "Comida y bebida",
  travel: "Viajes y lugares",
  activities: "Actividades",
  objects: "Objetos",
  symbols: "Símbolos",
  flags: "Banderas",
  reactions: "Reacciones",
  reactedFailed: "No se ha podido saber quién ha reaccionado. {why}",
  nobody: "Ya no hay ninguna reacción.",
  you: "{name} (usted)",
  andMore: "{names} y {count, number} más",
};
