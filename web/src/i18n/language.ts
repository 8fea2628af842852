// Which language the page speaks: the chosen one, else the first of the browser's that it knows, else English.
//
// English is part of the page; each other language is a file of its own, which is there before the page is first drawn in it.

import { computed, signal } from "@preact/signals";
import type { Speech } from "./message";

/** The languages, each by its own name, in the order they are offered. */
export const LANGUAGES = [
  { tag: "en", name: "English", dir: "ltr" },
  { tag: "de", name: "Deutsch", dir: "ltr" },
  { tag: "es", name: "Español", dir: "ltr" },
  { tag: "fr", name: "Français", dir: "ltr" },
  { tag: "pt-BR", name: "Português (Brasil)", dir: "ltr" },
  { tag: "ja", name: "日本語", dir: "ltr" },
  { tag: "zh-CN", name: "简体中文", dir: "ltr" },
  { tag: "ar", name: "العربية", dir: "rtl" },
] as const satisfies readonly { tag: string; name: string; dir: "ltr" | "rtl" }[];

export type Tag = (typeof LANGUAGES)[number]["tag"];

/** What a language says, by folder of the page and key. */
export type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** "browser": whatever the browser prefers. */
export type LanguageChoice = Tag | "browser";

const KEY = "roomstream.language";

const files: Readonly<Record<Exclude<Tag, "en">, () => Promise<{ default: Texts }>>> = {
  de: () => import("./language-de"),
  es: () => import("./language-es"),
  fr: () => import("./language-fr"),
  "pt-BR": () => import("./language-pt-BR"),
  ja: () => import("./language-ja"),
  "zh-CN": () => import("./language-zh-CN"),
  ar: () => import("./language-ar"),
};

interface Spoken {
  readonly tag: Tag;
  /** Undefined: it is English, which stands beside its keys. */
  readonly texts: Texts | undefined;
}

/** The language that the page speaks now. */
export const spoken = signal<Spoken>({ tag: "en", texts: undefined });

/** What was chosen. */
export const languageChoice = signal<LanguageChoice>("browser");

/** The choice that the page speaks by: one that is being loaded is not it yet. */
let spokenChoice: LanguageChoice = "browser";

/** Where the page is written from right to left. */
export const isRightToLeft = computed(() => dirOf(spoken.value.tag) === "rtl");

/** What a key means on a page from left to right: from right to left, the left arrow leads on. */
export function inReadingOrder(key: string): string {
  if (!isRightToLeft.peek()) return key;
  return key === "ArrowLeft" ? "ArrowRight" : key === "ArrowRight" ? "ArrowLeft" : key;
}

/** The language with the viewer's country, which says how dates and numbers look. */
export const locale = computed(() => {
  const { tag } = spoken.value;
  return wantedLanguages().find((wanted) => tagOf(wanted) === tag) ?? FALLBACK_LOCALES[tag] ?? tag;
});

/** English without a country would be that of the USA. */
const FALLBACK_LOCALES: Partial<Record<Tag, string>> = { en: "en-GB" };

/** How the language counts, and keeps names apart from what stands around them. */
export const speech = computed<Speech>(() => speechOf(spoken.value.tag, locale.value));

export function speechOf(tag: Tag, ofLocale: string): Speech {
  const isRtl = dirOf(tag) === "rtl";
  return {
    plurals: new Intl.PluralRules(tag),
    numbers: new Intl.NumberFormat(ofLocale),
    // U+2068 and U+2069: whatever direction the text has, the sentence goes on in its own.
    isolate: (text) => (isRtl || HAS_RTL.test(text) ? `\u2068${text}\u2069` : text),
  };
}

/** Which way a text is written, by its first letter; undefined: it has none, and goes as the page does. */
export function directionOf(text: string): "ltr" | "rtl" | undefined {
  const letter = /\p{L}/u.exec(text)?.[0];
  if (letter === undefined) return undefined;
  return HAS_RTL.test(letter) ? "rtl" : "ltr";
}

/** Letters that are written from right to left, and signs that turn the direction. */
const HAS_RTL = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\u200f\u202b\u202e\u2067]/u;

function dirOf(tag: Tag): "ltr" | "rtl" {
  return LANGUAGES.find((language) => language.tag === tag)?.dir ?? "ltr";
}

/** The language of ours that a wanted one means: "de-AT" is German, "zh-TW" is no simplified Chinese. */
export function tagOf(wanted: string): Tag | undefined {
  let locale: Intl.Locale;
  try {
    locale = new Intl.Locale(wanted).maximize();
  } catch {
    return undefined; // a browser may be set to anything
  }
  return LANGUAGES.find(({ tag }) => {
    const ours = new Intl.Locale(tag).maximize();
    return ours.language === locale.language && ours.script === locale.script;
  })?.tag;
}

/** The first wanted language that is ours, else English. */
export function bestOf(wanted: readonly string[]): Tag {
  return wanted.map(tagOf).find((tag) => tag !== undefined) ?? "en";
}

/** Brings the language that was chosen before. What cannot be loaded is English. */
export async function startLanguage(): Promise<void> {
  languageChoice.value = stored();
  try {
    await speak(languageChoice.value);
  } catch {
    show("en", undefined);
  }
}

/** Has the page speak another language from now on: of several choices the last. It rejects where that could not be loaded; the page goes on as it was, and nothing is said of an earlier choice. */
export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  languageChoice.value = choice;
  try {
    await speak(choice);
  } catch (error) {
    if (languageChoice.value !== choice) return;
    languageChoice.value = spokenChoice;
    throw error;
  }
  if (languageChoice.value === choice) store(choice);
}

async function speak(choice: LanguageChoice): Promise<void> {
  const tag = choice === "browser" ? bestOf(wantedLanguages()) : choice;
  const texts = tag === "en" ? undefined : (await files[tag]()).default;
  if (languageChoice.value !== choice) return; // another was chosen meanwhile
  spokenChoice = choice;
  show(tag, texts);
}

function show(tag: Tag, texts: Texts | undefined): void {
  const root = document.documentElement;
  root.lang = tag;
  root.dir = dirOf(tag);
  spoken.value = { tag, texts };
}

function wantedLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? []; // Node 20 has no navigator; a browser always has
}

function stored(): LanguageChoice {
  try {
    const kept = localStorage.getItem(KEY);
    return LANGUAGES.find(({ tag }) => tag === kept)?.tag ?? "browser";
  } catch {
    return "browser"; // storage is forbidden here
  }
}

function store(choice: LanguageChoice): void {
  try {
    if (choice === "browser") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // The choice lasts as long as the page.
  }
}
