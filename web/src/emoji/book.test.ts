import { afterEach, expect, test } from "vitest";
import german from "virtual:emoji/de";
import japanese from "virtual:emoji/ja";
import spanish from "virtual:emoji/es";
import { entryOf, find, groups, labelOf, speak, withTone } from "./book";
import { isOnlyEmoji } from "./only";

const all = groups.flatMap(({ emoji }) => emoji);
const firstOf = (query: string) => find(query, 6).map(({ emoji }) => emoji);

afterEach(() => speak(undefined));

test("in another language they are called and found as there, and by their English names too", () => {
  const party = entryOf("🎉");
  if (!party) throw new Error("not in the book");
  speak(german);
  expect(labelOf(party)).toBe("Konfettibombe");
  expect(firstOf("Konfetti")).toContain("🎉");
  expect(firstOf("tada")[0]).toBe("🎉");
  expect(firstOf("Dänemark")[0]).toBe("🇩🇰");
  speak(spanish);
  expect([firstOf("corazón rojo")[0], firstOf("corazon rojo")[0]]).toEqual(["❤️", "❤️"]);
  speak(japanese);
  expect(firstOf("犬")).toContain("🐕");
  expect(all.filter((entry) => labelOf(entry) === entry.label).length).toBeLessThan(all.length / 100);
  speak(undefined);
  expect([labelOf(party), firstOf("Konfetti")]).toEqual([party.label, []]);
});

test("every emoji stands once, with a name that can be typed", () => {
  expect(groups.map(({ emoji }) => emoji.length).every((length) => length > 50)).toBe(true);
  expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length);
  expect(all.filter(({ names, label }) => label === "" || names.some((name) => !/^[a-z0-9_+-]+$/u.test(name)))).toEqual([]);
  expect(all.filter(({ emoji }) => new TextEncoder().encode(emoji).length > 64 || !isOnlyEmoji(emoji))).toEqual([]);
});

test("an emoji is found by its name, by the beginning of one, by a word and by what it stands for", () => {
  expect(firstOf("+1")[0]).toBe("👍");
  expect(firstOf("tada")[0]).toBe("🎉");
  expect(firstOf("sm")).toContain("😄");
  expect(firstOf("heart")[0]).toBe("❤️");
  expect(firstOf("thanks")).toContain("🙏");
  expect(firstOf("red car")).toContain("🚗");
  expect(firstOf("Germany")[0]).toBe("🇩🇪");
  for (const query of ["", "  ", "nothing-such", "💥"]) expect(find(query, 6)).toEqual([]);
  expect(find("a", 5)).toHaveLength(5);
});

test("every name finds its emoji", () => {
  for (const { emoji, names } of all) expect(find(names[0] ?? "", 6).map((found) => found.emoji), names[0]).toContain(emoji);
});

test("a skin tone stands where Unicode has it, and only on what has skin", () => {
  const [wave, victory, shrug, heart] = ["👋", "✌️", "🤷‍♂️", "❤️"].map((emoji) => entryOf(emoji));
  if (!wave || !victory || !shrug || !heart) throw new Error("not in the book");
  expect([withTone(wave, 1), withTone(victory, 3), withTone(shrug, 5), withTone(heart, 2), withTone(wave, 0)]).toEqual(["👋🏻", "✌🏽", "🤷🏿‍♂️", "❤️", "👋"]);
  expect([entryOf("👋🏽"), entryOf("✌🏿")]).toEqual([wave, victory]);
  expect(entryOf("x")).toBeUndefined();
  expect(all.filter(({ hasTones }) => hasTones).length).toBeGreaterThan(200);
});

test("a message of up to three emoji is shown large, anything else is not", () => {
  for (const text of ["😀", " 👋🏽\n", "😀😀😀", "👩‍👩‍👧‍👦 🇩🇪 1️⃣", "❤️"]) expect(isOnlyEmoji(text), text).toBe(true);
  for (const text of ["", "  ", "1", "#", "a😀", "😀!", "😀😀😀😀", "©", ":smile:", "\u200d", "🏽x", "x".repeat(8_000), "😀".repeat(4_000)]) expect(isOnlyEmoji(text), text.slice(0, 20)).toBe(false);
});
