// Makes what the page knows of emoji at build time: of 775 kB of emojibase-data some 120 kB, one emoji a line.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

/** What the page imports; with a language of emojibase's behind a slash, what they are called there. */
const MODULE = "virtual:emoji";
/** The newest version of Unicode's emoji that is offered, of 2023: what is younger, many systems draw as an empty box. */
const NEWEST = 15.1;
/** Emojibase's group of skin tones and hair, which nobody sends alone. */
const COMPONENTS = 2;
/** The five tones follow this code point. */
const BEFORE_FIRST_TONE = 0x1f3fa;

interface Source {
  emoji: string;
  label: string;
  hexcode: string;
  tags?: string[];
  group?: number;
  version: number;
  skins?: { emoji: string; tone: number | number[] }[];
}

/**
 * Answers the import of virtual:emoji: its default is a text of lines, each with group, emoji, label, names, other words, and 1
 * where it has skin tones, between tabs; and of virtual:emoji/de: in the same order, label and other words in German.
 */
export function emojiData(): Plugin {
  const found = new RegExp(`^\0${MODULE}(?:/([a-z]+))?$`, "u");
  return {
    name: "emoji-data",
    resolveId: (id) => (id === MODULE || id.startsWith(`${MODULE}/`) ? `\0${id}` : undefined),
    load: (id) => {
      const module = found.exec(id);
      if (!module) return undefined;
      return `export default ${JSON.stringify(module[1] === undefined ? lines() : wordLines(module[1]))};`;
    },
  };
}

const isOffered = ({ group, version }: Source) => group !== undefined && group !== COMPONENTS && version <= NEWEST;

function wordLines(language: string): string {
  const theirs = new Map(read<Source[]>("data", language).map((source) => [source.hexcode, source]));
  return read<Source[]>("data")
    .filter(isOffered)
    .map(({ hexcode }) => {
      const { label = "", tags = [] } = theirs.get(hexcode) ?? {};
      return `${label}\t${[...new Set(tags)].join(" ")}`;
    })
    .join("\n");
}

function lines(): string {
  const all = read<Source[]>("data");
  // The names that people know from GitHub and Slack first, then emojibase's own.
  const [known, own] = [read<Names>("shortcodes/github"), read<Names>("shortcodes/emojibase")];
  return all
    .filter(isOffered)
    .map((given) => {
      const source = { ...given, emoji: plain(given.emoji) };
      const names = [...new Set([known[source.hexcode], own[source.hexcode]].flat().filter((name) => name !== undefined))];
      const words = new Set((source.tags ?? []).flatMap((tag) => tag.toLowerCase().split(/\s+/u)));
      return [source.group, source.emoji, source.label, names.join(" "), [...words].join(" "), hasTones(source) ? 1 : ""].join("\t");
    })
    .join("\n");
}

/** Emojibase says "as an emoji" behind each that could be drawn as text; people's keyboards only where it would be: 👍 is to be one and the same reaction. */
function plain(emoji: string): string {
  const without = emoji.replaceAll("\ufe0f", "");
  return isRecommended.test(without) ? without : emoji;
}

const isRecommended = new RegExp("^\\p{RGI_Emoji}$", "v");

type Names = Record<string, string | string[] | undefined>;

/** Whether its skin tones are those that src/emoji/book.ts makes of it: behind its first code point, where others may say "as an emoji". */
function hasTones({ emoji, skins = [] }: Source): boolean {
  const [first = "", ...rest] = emoji;
  const behind = (rest[0] === "\ufe0f" ? rest.slice(1) : rest).join("");
  return [1, 2, 3, 4, 5].every((tone) => skins.find((skin) => skin.tone === tone)?.emoji === first + String.fromCodePoint(BEFORE_FIRST_TONE + tone) + behind);
}

function read<T>(name: string, language = "en"): T {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`emojibase-data/${language}/${name}.json`), "utf8")) as T;
}
