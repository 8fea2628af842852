import { expect, test } from "vitest";
import { pieces } from "./text";

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
