import type { t } from "../en/settings";
import type { Translation } from "../texts";

export const settings: Translation<typeof t> = {
  theme: "主题",
  light: "浅色",
  dark: "深色",
  system: "跟随系统",
  lightTheme: "浅色主题",
  darkTheme: "深色主题",
  systemTheme: "跟随系统主题",
  language: "语言",
  browserLanguage: "跟随浏览器",
  languageFailed: "无法加载该语言，请重试。",
};
