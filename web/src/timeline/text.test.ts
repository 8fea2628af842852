import { describe, expect, test } from "vitest";
import { mentionPieces, pieces } from "./text";

const links = (text: string) => pieces(text).filter((p) => p.href !== undefined).map((p) => p.text);

test.each([
  ["see https://example.com/a?b=c#d.", ["https://example.com/a?b=c#d"]],
  ["(https://example.com/a)", ["https://example.com/a"]],
  ["https://example.com/a_(b)", ["https://example.com/a_(b)"]],
  ["HTTP://EXAMPLE.COM and http://b.org!", ["HTTP://EXAMPLE.COM", "http://b.org"]],
  ["javascript:alert(1) data:text/html,x vbscript:x file:///etc", []],
  ["https://", []],
  ["<a href=https://example.com>x</a>", ["https://example.com"]],
])("%s", (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test.each(["", "plain", "a https://b.c d", "https://a.b https://c.d", "(https://a.b).", "x\u202ehttps://a.b\u202c"])("the pieces of %j make the text again", (text) => {
  expect(pieces(text).map((p) => p.text).join("")).toBe(text);
});

test("only http and https ever become links", () => {
  for (const piece of pieces("https://a.b http://c.d javascript:https://e.f")) {
    if (piece.href !== undefined) expect(new URL(piece.href).protocol).toMatch(/^https?:$/);
  }
});

describe("mentions", () => {
  const named = [
    { name: "Ann", isUs: false },
    { name: "Ann Lee", isUs: true },
    { name: "b.o (x)", isUs: false },
  ];
  test("marks only the names that are meant, the longest that fits, in any case", () => {
    expect(mentionPieces("hi @ann lee, @Ann and @Bo", named)).toEqual([{ text: "hi " }, { text: "@ann lee", mention: "us" }, { text: ", " }, { text: "@Ann", mention: "other" }, { text: " and @Bo" }]);
    expect(mentionPieces("@b.o (x)!", named)).toEqual([{ text: "@b.o (x)", mention: "other" }, { text: "!" }]);
  });
  test("leaves addresses, longer words and links alone", () => {
    for (const text of ["me@ann.example", "@Anna", "no names"]) expect(mentionPieces(text, named)).toEqual([{ text }]);
    expect(mentionPieces("https://example.com/@Ann", named)).toEqual([{ text: "https://example.com/@Ann", href: "https://example.com/@Ann" }]);
  });
});
