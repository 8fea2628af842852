import { texts } from "../texts";

export const t = texts("settings", {
  theme: "Theme",
  light: "Light",
  dark: "Dark",
  system: "System",
  lightTheme: "Light theme",
  darkTheme: "Dark theme",
  systemTheme: "System theme",
  language: "Language",
  browserLanguage: "As in the browser",
  languageFailed: "The language could not be loaded. Try again.",
});
