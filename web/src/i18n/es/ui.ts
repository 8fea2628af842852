import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "En línea",
  idle: "Ausente",
  dnd: "No molestar",
  invisible: "Invisible",
  offline: "Desconectado",
  lastSeen: "Última vez: {ago}",
  lastSeenOn: "Última vez: el {date}",
  ok: "Aceptar",
  tryAgain: "Reintentar",
  react: "Reaccionar",
  close: "Cerrar",
  cancel: "Cancelar",
  save: "Guardar",
  loading: "Cargando",
  closeList: "Cerrar la lista",
  rooms: "Salas",
  copied: "Copiado",
  copiedSentence: "Copiado.",
  noCopying: "El navegador no permite copiar aquí.",
  noCopyingSelect: "El navegador no permite copiar aquí: selecciónelo.",
  you: "Usted",
  more: "Más",
};
