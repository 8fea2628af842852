import type { t } from "../en/banner";
import type { Translation } from "../texts";

export const banner: Translation<typeof t> = {
  noConnection: "Sin conexión.",
  reconnectingIn: "Reconexión en {seconds, number} s",
  reconnecting: "Reconectando…",
  retryNow: "Reintentar ahora",
  connectedAgain: "Conexión restablecida.",
  endsSoon: "Su sesión terminará pronto.",
  secondsLeft: "Quedan {seconds, number} s",
  staySignedIn: "Seguir con la sesión",
  full: "El almacenamiento de este navegador está lleno. Lo que aún no se ha enviado se perderá al cerrar o recargar la página.",
  silent: "El almacenamiento de este navegador no responde. Lo que aún no se ha enviado se perderá al cerrar o recargar la página.",
  none: "Este navegador no guarda nada para esta página. Lo que aún no se ha enviado se perderá al cerrar o recargar la página.",
};
