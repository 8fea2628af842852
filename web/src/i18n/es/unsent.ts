import type { t } from "../en/unsent";
import type { Translation } from "../texts";

export const unsent: Translation<typeof t> = {
  title: "Mensajes no enviados",
  unreadableRoom: "Una sala que ya no puede leer",
  copyText: "Copiar texto",
  goToRoom: "Ir a la sala",
  discard: "Descartar",
  count: "{count, plural, one {# mensaje no enviado} many {# de mensajes no enviados} other {# mensajes no enviados}}",
  withFiles: "{count, plural, one {Con # archivo} many {Con # de archivos} other {Con # archivos}}",
};
