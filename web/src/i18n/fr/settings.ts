import type { t } from "../en/settings";
import type { Translation } from "../texts";

export const settings: Translation<typeof t> = {
  theme: "Thème",
  light: "Clair",
  dark: "Sombre",
  system: "Système",
  lightTheme: "Thème clair",
  darkTheme: "Thème sombre",
  systemTheme: "Thème du système",
  language: "Langue",
  browserLanguage: "Celle du navigateur",
  languageFailed: "La langue n’a pas pu être chargée. Veuillez réessayer.",
};
