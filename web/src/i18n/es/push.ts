import type { t } from "../en/push";
import type { Translation } from "../texts";

export const push: Translation<typeof t> = {
  notify: "Notificarme en este dispositivo",
  on: "Sí",
  off: "No",
  unsure: "No se sabe",
  denied: "Su navegador no permite que este sitio le envíe notificaciones. Permítalo en los ajustes del sitio e inténtelo de nuevo.",
  notAsked: "Este navegador está configurado para recibir notificaciones, pero no se ha podido preguntar al servidor si las envía.",
  notRenewed: "El servidor notifica a este dispositivo, pero no ha podido anotar que sigue en uso.",
  notTaken: "El servidor no notifica a este dispositivo: no se ha podido registrar.",
  unreachable: "Su navegador no ha podido contactar con su servicio de notificaciones. Inténtelo más tarde.",
  noServer: "No se puede contactar con el servidor. Inténtelo más tarde.",
  failed: "No ha funcionado. Inténtelo de nuevo.",
  missed: "Se ha perdido algo",
  look: "Abra el chat para verlo.",
  wrote: "le ha escrito.",
  mentioned: "le ha mencionado.",
  added: "{name} le ha añadido a esta sala.",
};
