import type { t } from "../en/settings";
import type { Translation } from "../texts";

export const settings: Translation<typeof t> = {
  theme: "Tema",
  light: "Claro",
  dark: "Oscuro",
  system: "Sistema",
  lightTheme: "Tema claro",
  darkTheme: "Tema oscuro",
  systemTheme: "Tema del sistema",
  language: "Idioma",
  browserLanguage: "La del navegador",
  languageFailed: "No se ha podido cargar el idioma. Inténtelo de nuevo.",
};
