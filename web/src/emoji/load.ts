import { useEffect, useState } from "preact/hooks";

export type Book = typeof import("./book");
export type PickerPage = typeof import("./EmojiPicker");

let book: Promise<Book> | undefined;

/** All emoji. What could not be loaded is tried again by the next who asks. */
export function loadBook(): Promise<Book> {
  book ??= readBook();
  return book;
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
  return await import("./EmojiPicker");
}

/** The book, once it is wanted; undefined: not yet, or it could not be loaded, and one types on without. */
export function useBook(isWanted: boolean): Book | undefined {
  const [loaded, setLoaded] = useState<Book>();
  useEffect(() => {
    if (!isWanted || loaded) return undefined;
    let current = true;
    loadBook().then(
      (found) => current && setLoaded(found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [isWanted, loaded]);
  return loaded;
}
