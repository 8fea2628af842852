// All emoji, with their names and what one may look for them by. It is a chunk of its own, loaded when somebody first types a
// colon or opens the picker: see load.ts.

import lines from "virtual:emoji";

/** Behind the names of one's own choice: found by a word of its name, then by what it stands for. */
const BY_WORD = 3;
const BY_TAG = 4;
const NOT_AT_ALL = 9;
/** The five skin tones follow this code point. */
const BEFORE_FIRST_TONE = 0x1f3fa;

export interface Emoji {
  readonly emoji: string;
  /** In English; see labelOf. */
  readonly label: string;
  /** What stands between colons, the usual one first; there is at least one. */
  readonly names: readonly string[];
  /** What else it is looked for by. */
  readonly words: readonly string[];
  readonly hasTones: boolean;
  /** The words of its label and its names, in lower case. */
  readonly own: readonly string[];
}

/** What a group is called stands in the catalogue under this. */
export type GroupId = (typeof GROUPS)[number][1];

export interface Group {
  readonly id: GroupId;
  readonly emoji: readonly Emoji[];
}

/** 0: as it is; 1 to 5: from light to dark. */
export type Tone = 0 | 1 | 2 | 3 | 4 | 5;

/** In the order of Unicode, by its numbers. */
const GROUPS = [
  [0, "smileys"],
  [1, "people"],
  [3, "nature"],
  [4, "food"],
  [5, "travel"],
  [6, "activities"],
  [7, "objects"],
  [8, "symbols"],
  [9, "flags"],
] as const;

const read = lines.split("\n").map((line) => {
  const [group = "", emoji = "", label = "", names = "", words = "", tones = ""] = line.split("\t");
  const own = `${label.toLowerCase()} ${names}`.split(/[\s_:,-]+/u);
  const entry: Emoji = { emoji, label, names: names.split(" "), words: words === "" ? [] : words.split(" "), hasTones: tones !== "", own };
  return { group: Number(group), entry };
});

export const groups: readonly Group[] = GROUPS.map(([number, id]) => ({ id, emoji: read.filter(({ group }) => group === number).map(({ entry }) => entry) }));

/** What they are called in the language that is spoken: the label, and what one may look for them by. */
interface Local {
  readonly label: string;
  readonly words: string;
}

let local = new Map<Emoji, Local>();

/** Has them called by the lines of another language's file, undefined: as in English. They are found by their English names all the same. */
export function speak(lines: string | undefined): void {
  local = new Map();
  if (lines === undefined) return;
  for (const [i, line] of lines.split("\n").entries()) {
    const [label = "", words = ""] = line.split("\t");
    const entry = read[i]?.entry;
    if (entry && label !== "") local.set(entry, { label, words: ` ${plain(`${label} ${words}`)}` });
  }
}

/** As it is read aloud. */
export function labelOf(entry: Emoji): string {
  return local.get(entry)?.label ?? entry.label;
}

/** In lower case, without accents and what divides words but spaces. */
function plain(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[\s_:,-]+/gu, " ");
}

/** Words of these scripts have no spaces between them: one may begin anywhere. */
const RUNS_ON = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

function isCalled(entry: Emoji, query: string): boolean {
  const words = local.get(entry)?.words;
  if (words === undefined) return false;
  return plain(query).split(" ").every((word) => words.includes(RUNS_ON.test(word) ? word : ` ${word}`));
}

const all: readonly Emoji[] = groups.flatMap(({ emoji }) => emoji);
const byEmoji = new Map(all.map((entry) => [entry.emoji, entry]));

/** The emoji that are meant by what is typed, the likeliest first: by a name, by the beginning of one, by a word, by what they stand for. */
export function find(typed: string, most: number): readonly Emoji[] {
  const query = typed.trim().toLowerCase();
  if (query === "") return [];
  const found = all.map((entry) => ({ entry, rank: rankOf(entry, query) })).filter(({ rank }) => rank < NOT_AT_ALL);
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** An emoji as it is in the book, whatever its skin tone; undefined: it is not there. */
export function entryOf(emoji: string): Emoji | undefined {
  return byEmoji.get(emoji) ?? all.find((entry) => entry.hasTones && tones(entry).includes(emoji));
}

export function withTone(entry: Emoji, tone: Tone): string {
  return entry.hasTones && tone > 0 ? (tones(entry)[tone - 1] ?? entry.emoji) : entry.emoji;
}

function tones({ emoji }: Emoji): string[] {
  const [first = "", ...rest] = emoji;
  const behind = (rest[0] === "\ufe0f" ? rest.slice(1) : rest).join("");
  return [1, 2, 3, 4, 5].map((tone) => first + String.fromCodePoint(BEFORE_FIRST_TONE + tone) + behind);
}

function rankOf(entry: Emoji, query: string): number {
  const { names, words, own } = entry;
  if (names.includes(query)) return 0;
  if (names[0]?.startsWith(query)) return 1;
  if (names.some((name) => name.startsWith(query))) return 2;
  const wanted = query.split(/[\s_]+/u);
  if (isCalled(entry, query) || wanted.every((word) => own.some((has) => has.startsWith(word)))) return BY_WORD;
  return wanted.every((word) => [...own, ...words].some((has) => has.startsWith(word))) ? BY_TAG : NOT_AT_ALL;
}
