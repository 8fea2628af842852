import { useEffect, useState } from "preact/hooks";
import { spoken, type Tag } from "../i18n/language";

export type Book = typeof import("./book");
export type PickerPage = typeof import("./EmojiPicker");

/** What they are called in other languages. Unicode's own words of Arabic are not in the data: there they are called as in English. */
const wordFiles: Partial<Record<Tag, () => Promise<{ default: string }>>> = {
  de: () => import("./emoji-words-de"),
  es: () => import("./emoji-words-es"),
  fr: () => import("./emoji-words-fr"),
  "pt-BR": () => import("./emoji-words-pt"),
  ja: () => import("./emoji-words-ja"),
  "zh-CN": () => import("./emoji-words-zh"),
};

let book: Promise<Book> | undefined;

/** All emoji, called as in the language that is spoken. What could not be loaded is tried again by the next who asks. */
export async function loadBook(): Promise<Book> {
  book ??= readBook();
  const loaded = await book;
  const { tag } = spoken.peek();
  // Without its words they are called as in English.
  const words = await wordFiles[tag]?.().catch(() => undefined);
  if (tag === spoken.peek().tag) loaded.speak(words?.default);
  return loaded;
}

async function readBook(): Promise<Book> {
  try {
    return await import("./book");
  } catch (error) {
    book = undefined;
    throw error;
  }
}

/** The picker. Not with a then at the import: Vite would take that in, and what fails before it, its styles, would be told to nobody. */
export async function loadPicker(): Promise<PickerPage> {
  const page = await import("./EmojiPicker");
  await loadBook();
  return page;
}

/** The book, once it is wanted; undefined: not yet, or it could not be loaded, and one types on without. */
export function useBook(isWanted: boolean): Book | undefined {
  const { tag } = spoken.value;
  const [loaded, setLoaded] = useState<{ book: Book; tag: Tag }>();
  const isLoaded = loaded?.tag === tag;
  useEffect(() => {
    if (!isWanted || isLoaded) return undefined;
    let current = true;
    loadBook().then(
      (found) => current && setLoaded({ book: found, tag }),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [isWanted, isLoaded, tag]);
  return loaded?.book;
}
