import type { t } from "../en/settings";
import type { Translation } from "../texts";

export const settings: Translation<typeof t> = {
  theme: "Tema",
  light: "Claro",
  dark: "Escuro",
  system: "Sistema",
  lightTheme: "Tema claro",
  darkTheme: "Tema escuro",
  systemTheme: "Tema do sistema",
  language: "Idioma",
  browserLanguage: "A do navegador",
  languageFailed: "Não foi possível carregar o idioma. Tente novamente.",
};
