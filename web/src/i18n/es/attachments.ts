import type { t } from "../en/attachments";
import type { Translation } from "../texts";

export const attachments: Translation<typeof t> = {
  toAttach: "Archivos para adjuntar",
  attach: "Adjuntar archivos",
  list: "Archivos",
  open: "Abrir {name}",
  toBeSent: "Archivos por enviar",
  uploading: "Subiendo {name}",
  retry: "Reintentar",
  remove: "Quitar {name}",
  unreadable: "No se puede leer la respuesta del servidor.",
  noRoom: "Se pueden añadir archivos cuando hay una sala abierta.",
  notHere: "Aquí no se pueden añadir archivos. {why}",
  folder: "No se puede añadir una carpeta. Añada los archivos que contiene.",
  folders: "No se pueden añadir carpetas. Añada los archivos que contienen.",
  notFolders: "Se han añadido los archivos; las carpetas no se pueden añadir.",
  added: "{count, plural, one {Se ha añadido # archivo a su próximo mensaje en {room}.} many {Se han añadido # de archivos a su próximo mensaje en {room}.} other {Se han añadido # archivos a su próximo mensaje en {room}.}}",
  drop: "Suelte los archivos para añadirlos a su mensaje en {room}",
  tooMany: "Un mensaje admite como máximo {most, number} archivos.",
  empty: "«{name}» está vacío y no se ha añadido.",
  tooLarge: "«{name}» no se ha añadido: ocupa {size} y un archivo puede ocupar {most}.",
  files: "{count, plural, one {# archivo} many {# de archivos} other {# archivos}}",
  spoken: "{name}: {text}",
  spokenFiles: "{count, plural, one {{name} ha enviado # archivo: {files}} many {{name} ha enviado # de archivos: {files}} other {{name} ha enviado # archivos: {files}}}",
  spokenWithFiles: "{count, plural, one {{name}: {text} (con # archivo: {files})} many {{name}: {text} (con # de archivos: {files})} other {{name}: {text} (con # archivos: {files})}}",
};
