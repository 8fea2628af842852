import type { t } from "../en/settings";
import type { Translation } from "../texts";

export const settings: Translation<typeof t> = {
  theme: "テーマ",
  light: "ライト",
  dark: "ダーク",
  system: "システム",
  lightTheme: "ライトテーマ",
  darkTheme: "ダークテーマ",
  systemTheme: "システムのテーマ",
  language: "言語",
  browserLanguage: "ブラウザーの設定に従う",
  languageFailed: "言語を読み込めませんでした。もう一度お試しください。",
};
