// Texts that want to be code of the page, or to keep it busy.

import { describe, expect, test } from "vitest";
import { CORPUS } from "../../browser/xss-corpus";
import { parse, plainText } from "./parse";
import type { Block, Inline, Work } from "./tree";

function hrefsIn(nodes: readonly (Block | Inline)[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.kind) {
      case "link":
        return [node.href, ...hrefsIn(node.children)];
      case "quote":
        return hrefsIn(node.blocks);
      case "list":
        return node.items.flatMap((item) => hrefsIn(item.blocks));
      default:
        return "children" in node ? hrefsIn(node.children) : [];
    }
  });
}

describe("addresses", () => {
  const ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.com",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "javascript&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://example.com/x",
    "//evil.example",
    "/rooms/x",
    "https:evil.example",
    "https://",
    "mailto:",
    "mailto:x",
    "<https://example.com",
    "<javascript:alert(1)>",
    "https://example.com\"onmouseover=\"alert(1)\" x",
  ];
  test.each(ADDRESSES)("[x](%s) is text", (address) => {
    const text = `[x](${address})`;
    expect(hrefsIn(parse(text, [])).filter((href) => !/^https?:\/\/[a-z]/u.test(href))).toEqual([]);
    expect(plainText(text)).toBe(text);
  });

  test("words that are another address make no link", () => {
    expect(hrefsIn(parse("[https://good.example/](https://evil.example/)", []))).toEqual(["https://good.example/", "https://evil.example/"]);
  });

  test.each(CORPUS)("%j leads nowhere but to http, https and mailto, wrapped in any mark", (text) => {
    for (const wrapped of [text, `**${text}**`, `> ${text}`, `- ${text}`, `[${text}](${text})`, `[x](${text})`]) {
      for (const href of hrefsIn(parse(wrapped, []))) expect(new URL(href).protocol).toMatch(/^(?:https?|mailto):$/u);
    }
  });

  test.each(CORPUS.filter((text) => !text.startsWith("\">")))("%j is shown whole", (text) => {
    expect(plainText(text)).toBe(text);
  });
});

describe("time", () => {
  /** What a message may hold. */
  const LONGEST = 8_000;
  /** Looks at a character: by each pass, at each depth. */
  const MOST_LOOKS = 60;
  /** A parser of which the time grows with the square would take hours for a text so many times as long. */
  const MUCH_LONGER = 100;

  const HOSTILE: Record<string, string> = {
    stars: "*",
    "stars apart": "* ",
    "stars at words": " *a",
    "stars of two": " **a",
    "all marks open": " **a *b _c ~~d",
    "marks in turn": " *a _b ~~c **d",
    "marks that close others": " **a *b** c*",
    tildes: "~~a ",
    underscores: "_",
    "underscores at words": " _a",
    brackets: "[",
    "brackets of both kinds": "[a](",
    "links that do not end": "[a](https://a",
    "links in links": "[a](b(c)",
    "links with nothing": "[a]()",
    backticks: "`",
    "backticks apart": "` ",
    "code in code": "`a``b",
    fences: "```\n",
    "fences with words": "```a\n",
    "fences that end at once": "```\n```\n",
    "quotes in quotes": "> ",
    "quotes of nothing": ">\n",
    "lines of quotes": "> > > >\n",
    "lists in lists": "- ",
    "lines of lists": "- a\n  - b\n    - c\n",
    "numbers": "1. ",
    "addresses": "https://",
    "blank lines": "\n \n",
    "at": "@",
  };

  test.each(Object.entries(HOSTILE))("%s: each character is looked at a fixed number of times", (_, unit) => {
    const looksAt = (length: number) => {
      const work: Work = { characters: 0 };
      parse(unit.repeat(Math.ceil(length / unit.length)).slice(0, length), [{ name: "Ann", isUs: false }], work);
      return work.characters / length;
    };
    expect(looksAt(LONGEST)).toBeLessThan(MOST_LOOKS);
    expect(looksAt(8 * LONGEST)).toBeLessThan(1.1 * looksAt(LONGEST) + 1);
  });

  // What the engine's own expressions do is not counted: of a text this long one that goes back would not see the end.
  test.each([...Object.entries(HOSTILE), ["dots that end no link", `https://${".".repeat(99_999)}a`], ["brackets behind a link", `https://a${")".repeat(99_999)}`], ["one link that does not end", `[a](${"a()".repeat(99_999)}`]])(
    "%s: a text a hundred times too long is done",
    (_, unit) => {
      const length = MUCH_LONGER * LONGEST;
      expect(parse(unit.repeat(Math.ceil(length / unit.length)).slice(0, length), []).length).toBeGreaterThan(0);
    },
    120_000,
  );
});
