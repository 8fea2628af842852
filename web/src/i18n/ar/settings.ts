import type { t } from "../en/settings";
import type { Translation } from "../texts";

export const settings: Translation<typeof t> = {
  theme: "المظهر",
  light: "فاتح",
  dark: "داكن",
  system: "النظام",
  lightTheme: "مظهر فاتح",
  darkTheme: "مظهر داكن",
  systemTheme: "مظهر النظام",
  language: "اللغة",
  browserLanguage: "لغة المتصفح",
  languageFailed: "تعذّر تحميل اللغة. حاول مرة أخرى.",
};
