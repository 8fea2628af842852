import type { t } from "../en/settings";
import type { Translation } from "../texts";

export const settings: Translation<typeof t> = {
  theme: "Darstellung",
  light: "Hell",
  dark: "Dunkel",
  system: "System",
  lightTheme: "Helle Darstellung",
  darkTheme: "Dunkle Darstellung",
  systemTheme: "Darstellung wie im System",
  language: "Sprache",
  browserLanguage: "Wie im Browser",
  languageFailed: "Die Sprache konnte nicht geladen werden. Bitte erneut versuchen.",
};
