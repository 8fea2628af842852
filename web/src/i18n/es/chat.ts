import type { t } from "../en/chat";
import type { Translation } from "../texts";

export const chat: Translation<typeof t> = {
  removed: "Le han sacado de esta sala.",
  banned: "Está bloqueado en esta sala.",
  left: "Ha salido de esta sala.",
  unreadable: "No puede leer esta sala.",
  inRoom: "{room}: {words}",
  wentWrong: "Algo ha fallado. Inténtelo de nuevo.",
  myNotes: "Mis notas",
  listLabel: "Salas y cuenta",
  skip: "Ir al campo de mensaje",
  welcome: "Hola, {name}",
  firstRoom: "Todavía no hay ninguna sala. Cree la primera con el signo más de la lista.",
  chooseRoom: "Elija una sala",
  chooseRoomText: "Todo lo que se dice allí se conserva, en orden. Puede leerlo desde el principio.",
  noSuchRoom: "No existe esa sala",
  noSuchRoomText: "La dirección no indica ninguna: el nombre de una sala en una dirección se compone de letras, cifras, puntos, dos puntos, guiones y guiones bajos.",
};
