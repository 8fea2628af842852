import { afterEach, expect, test } from "vitest";
import { speechOf, spoken, type Tag, tagOf, bestOf } from "./language";
import { parse, piecesOf } from "./message";
import { texts } from "./texts";

const t = texts("example", {
  plain: "Sent",
  named: "{name} wrote in {room}",
  files: "{count, plural, =0 {No files} one {# file of {name}} other {# files of {name}}}",
  size: "At most {bytes, number} bytes",
  way: "{way, select, guest {As a guest} other {With {name}}}",
});

afterEach(() => {
  spoken.value = { tag: "en", texts: undefined };
});

test("a message is said with its arguments", () => {
  expect(t("plain")).toBe("Sent");
  expect(t("named", { name: "Ann", room: "general" })).toBe("Ann wrote in general");
  expect([0, 1, 2, 1234].map((count) => t("files", { count, name: "Bo" }))).toEqual(["No files", "1 file of Bo", "2 files of Bo", "1,234 files of Bo"]);
  expect(t("size", { bytes: 65_536 })).toBe("At most 65,536 bytes");
  expect([t("way", { way: "guest", name: "Bo" }), t("way", { way: "token", name: "Bo" })]).toEqual(["As a guest", "With Bo"]);
});

// The compiler reads the arguments out of the message; `npm run typecheck` fails where one of these compiles.
test("what does not fit does not compile", () => {
  // @ts-expect-error there is no such key
  expect(() => t("missing")).not.toThrow();
  // @ts-expect-error an argument is missing
  expect(() => t("named", { name: "Ann" })).toThrow("room");
  // @ts-expect-error a plural takes a number
  t("files", { count: "2", name: "Bo" });
  // @ts-expect-error an argument that the message has not
  t("named", { name: "Ann", room: "general", seq: 2 });
  // @ts-expect-error a message without arguments takes none
  t("plain", { name: "Ann" });
});

test("an element of the page may stand for an argument", () => {
  const element = { type: "bdi" };
  expect(t.rich("named", { name: element as never, room: "general" })).toEqual([element, " wrote in ", "general"]);
});

test("another language's text takes the place, what it lacks stays English with English plurals", () => {
  spoken.value = { tag: "ja", texts: { example: { named: "{name}さんが{room}に書きました" } } };
  expect(t("named", { name: "Ann", room: "general" })).toBe("Annさんがgeneralに書きました");
  expect([1, 2].map((count) => t("files", { count, name: "Bo" }))).toEqual(["1 file of Bo", "2 files of Bo"]);
});

function plural(tag: Tag, message: string, counts: readonly number[]): string[] {
  return counts.map((count) => piecesOf(parse(message), { count }, speechOf(tag, tag)).filter((piece) => typeof piece === "string").join(""));
}

test("each language counts by its own rules", () => {
  const all = "{count, plural, zero {zero} one {one} two {two} few {few} many {many} other {other}}";
  expect(plural("ar", all, [0, 1, 2, 3, 10, 11, 99, 100])).toEqual(["zero", "one", "two", "few", "few", "many", "many", "other"]);
  expect(plural("de", all, [0, 1, 2])).toEqual(["other", "one", "other"]);
  expect(plural("fr", all, [0, 1, 2, 1_000_000])).toEqual(["one", "one", "other", "many"]);
  expect(plural("ja", all, [0, 1, 2])).toEqual(["other", "other", "other"]);
  expect(plural("de", "{count, number}", [12_345.5])).toEqual(["12.345,5"]);
});

test("another's words do not turn the sentence around them", () => {
  const say = (tag: Tag, name: string) => piecesOf(parse("{name}!"), { name }, speechOf(tag, tag)).join("");
  expect(say("en", "Ann")).toBe("Ann!");
  expect(say("en", "דנה")).toBe("\u2068דנה\u2069!");
  expect(say("ar", "Ann")).toBe("\u2068Ann\u2069!");
});

test.each(["{", "}", "{a", "{a, date}", "{n, plural, one {x}}", "{n, plural, one x other {y}}", "{}"])("%s is no message", (message) => {
  expect(() => parse(message)).toThrow();
});

test("the browser's language is ours where one can read it", () => {
  expect(["de-AT", "pt-PT", "zh", "zh-SG", "zh-Hant", "zh-TW", "ar-EG", "EN-us", "en", "sr", "x_y", ""].map(tagOf)).toEqual([
    "de", "pt-BR", "zh-CN", "zh-CN", undefined, undefined, "ar", "en", "en", undefined, undefined, undefined,
  ]);
  expect(bestOf(["zh-TW", "nl", "fr-CA", "de"])).toBe("fr");
  expect(bestOf(["nl"])).toBe("en");
  expect(bestOf([])).toBe("en");
});
