// The name that is being typed behind an @, and the text with it filled in.

/** The longest name that is looked for, in characters. */
const LONGEST = 64;
/** A name may have this many words; the server looks for five, but two tell people apart while typing. */
const MOST_WORDS = 2;

export interface Typed {
  /** Where its @ stands. */
  readonly at: number;
  readonly query: string;
}

/** What is typed behind an @ that ends at the caret; undefined: nothing is. An @ within a word is an e-mail address's. */
export function typedAt(text: string, caret: number): Typed | undefined {
  const before = text.slice(0, caret);
  const at = before.lastIndexOf("@");
  if (at < 0) return undefined;
  const query = before.slice(at + 1);
  if (/[\p{L}\p{N}_]$/u.test(before.slice(0, at))) return undefined;
  if (query.length > LONGEST || /^\s|\n|\s\s/u.test(query) || query.split(/\s/u).length > MOST_WORDS) return undefined;
  return { at, query };
}

/** The text with a word in what was typed's place, and where the caret stands then. */
export function filled(text: string, caret: number, typed: Typed, word: string): { text: string; caret: number } {
  const rest = text.slice(caret);
  const inserted = `${word}${/^\s/u.test(rest) ? "" : " "}`;
  return { text: text.slice(0, typed.at) + inserted + rest, caret: typed.at + inserted.length + (/^\s/u.test(rest) ? 1 : 0) };
}

/** Whether a word of a name, or an id, begins with what is typed. */
export function isMeant(query: string, name: string, id: string): boolean {
  const wanted = query.toLocaleLowerCase();
  const has = name.toLocaleLowerCase();
  return wanted === "" || has.startsWith(wanted) || has.split(/[\s.,_-]+/u).some((word) => word.startsWith(wanted)) || id.toLocaleLowerCase().startsWith(wanted);
}

/** What is typed for everybody in a room; written is the first, which the server understands. */
const EVERYBODY = ["room", "all"];

/** Whether everybody in a room is meant by what is typed. */
export function isRoomMeant(query: string): boolean {
  return EVERYBODY.some((word) => isMeant(query, word, word));
}

/** Whether a text speaks to everybody in its room. */
export function meansRoom(text: string): boolean {
  return /(?<![\p{L}\p{N}_])@room(?![\p{L}\p{N}_])/u.test(text);
}
