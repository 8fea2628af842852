import type { t } from "../en/ways";
import type { Translation } from "../texts";

export const ways: Translation<typeof t> = {
  liveFeeds: "Canales de datos en vivo",
  loadingFeeds: "Cargando los canales de datos",
  feedsFailed: "No se han podido cargar los canales de datos",
  failed: "No se ha podido cargar",
  whyFailed: "No hay conexión o el servidor tiene una versión más reciente de esta página.",
  loadAgain: "Volver a cargar la página",
  administration: "Administración",
  moderation: "Moderación",
  reports: "Denuncias",
  audit: "Registro de auditoría",
  programs: "Programas",
};
