import type { t } from "../en/keys";
import type { Translation } from "../texts";

export const keys: Translation<typeof t> = {
  previousRoom: "Sala anterior de la lista",
  nextRoom: "Sala siguiente de la lista",
  send: "Enviar el mensaje",
  newLine: "Línea nueva",
  editLast: "Editar su último mensaje, mientras el campo esté vacío",
  cancel: "Cerrar, o cancelar una edición",
  showThis: "Mostrar esta lista",
  helpKey: "La tecla ? muestra esta lista",
  helpKeyHint: "Desactívela si la lista se abre sin querer. El menú de su nombre también la muestra.",
  ctrl: "Ctrl",
  command: "Comando",
  alt: "Alt",
  shift: "Mayús",
  enter: "Intro",
  escape: "Esc",
  up: "Flecha arriba",
  down: "Flecha abajo",
};
