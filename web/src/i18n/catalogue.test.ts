// Every language says everything that English does, by its own rules.

import { expect, test } from "vitest";
import { LANGUAGES, type Tag, type Texts } from "./language";
import { type Part, parse } from "./message";
import { SAME_AS_ENGLISH } from "./same";
import type { Translate } from "./texts";

const english = folders(import.meta.glob<{ t: Translate<Record<string, string>> }>("./en/*.ts", { eager: true }));
const translated = import.meta.glob<{ default: Texts }>("./language-*.ts", { eager: true });

function folders(modules: Readonly<Record<string, { t: Translate<Record<string, string>> }>>): Texts {
  return Object.fromEntries(Object.values(modules).map(({ t }) => [t.folder, t.english]));
}

const others = LANGUAGES.map(({ tag }) => tag).filter((tag) => tag !== "en");

function textsOf(tag: Tag): Texts {
  return tag === "en" ? english : (translated[`./language-${tag}.ts`]?.default ?? {});
}

/** All messages of a language, by folder and key. */
function messagesOf(tag: Tag): [string, string][] {
  return Object.entries(textsOf(tag)).flatMap(([folder, messages]) => Object.entries(messages).map(([key, text]): [string, string] => [`${folder}.${key}`, text]));
}

/** Every part of a message that stands for an argument, also within cases. */
function argumentsOf(parts: readonly Part[]): Exclude<Part, string>[] {
  return parts.flatMap((part) => (typeof part === "string" ? [] : [part, ...[...part.cases.values()].flatMap(argumentsOf)]));
}

/** Whether a message has words of its own: units and signs may be the same everywhere. */
function hasWords(parts: readonly Part[]): boolean {
  return parts.some((part) => (typeof part === "string" ? /\p{L}{3}/u.test(part) : [...part.cases.values()].some(hasWords)));
}

/** What a message must be given: names, and whether as numbers. */
function givenOf(text: string): string[] {
  return [...new Set(argumentsOf(parse(text)).map(({ name, kind }) => `${name}: ${kind === "plural" || kind === "number" ? "number" : "text"}`))].sort();
}

test("there are at least eight languages, and one is written from right to left", () => {
  expect(LANGUAGES.length).toBeGreaterThanOrEqual(8);
  expect(LANGUAGES.some(({ dir }) => dir === "rtl")).toBe(true);
  expect(Object.keys(translated).sort()).toEqual(others.map((tag) => `./language-${tag}.ts`).sort());
});

test("a folder's texts are named as its file is", () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(import.meta.glob("./en/*.ts")).map((path) => path.slice("./en/".length, -".ts".length)).sort());
});

test.each(others)("%s says everything that English does, and nothing else", (tag) => {
  expect(messagesOf(tag).map(([key]) => key).sort()).toEqual(messagesOf("en").map(([key]) => key).sort());
});

test.each(others)("%s takes the arguments that English does", (tag) => {
  const theirs = new Map(messagesOf(tag));
  const wrong = messagesOf("en").filter(([key, text]) => givenOf(text).join() !== givenOf(theirs.get(key) ?? "").join());
  expect(wrong.map(([key]) => `${key}: ${theirs.get(key)}`)).toEqual([]);
});

test.each(["en" as Tag, ...others])("%s counts by all the cases it has, and by no other", (tag) => {
  const cases = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted().join();
  const counted = new Set(messagesOf("en").filter(([, text]) => argumentsOf(parse(text)).some(({ kind }) => kind === "plural")).map(([key]) => key));
  const wrong = messagesOf(tag).filter(([key, text]) => {
    const plurals = argumentsOf(parse(text)).filter(({ kind }) => kind === "plural");
    if (counted.has(key) && plurals.length === 0) return cases !== "other";
    return plurals.some((one) => [...one.cases.keys()].filter((which) => !which.startsWith("=")).sort().join() !== cases);
  });
  expect(wrong).toEqual([]);
});

test.each(others)("what %s chooses by a word has the cases that English has", (tag) => {
  const casesOf = (text: string) => argumentsOf(parse(text)).filter(({ kind }) => kind === "select").map(({ name, cases }) => `${name}: ${[...cases.keys()].sort().join()}`).sort();
  const theirs = new Map(messagesOf(tag));
  expect(messagesOf("en").filter(([key, text]) => casesOf(text).join() !== casesOf(theirs.get(key) ?? "").join())).toEqual([]);
});

test.each(others)("%s is translated, but for words that are the same", (tag) => {
  const theirs = new Map(messagesOf(tag));
  const same = messagesOf("en").filter(([key, text]) => text === theirs.get(key) && hasWords(parse(text)));
  const allowed = new Set(SAME_AS_ENGLISH[tag] ?? []);
  expect(same.filter(([, text]) => !allowed.has(text))).toEqual([]);
  // The list holds nothing that is not there.
  expect([...allowed].filter((text) => !same.some(([, word]) => word === text))).toEqual([]);
});

test.each(["en" as Tag, ...others])("%s has no empty text, no space at an end and no typewriter's quotes", (tag) => {
  expect(messagesOf(tag).filter(([, text]) => text.trim() !== text || text === "" || /["']|\.\.\./u.test(text))).toEqual([]);
});
