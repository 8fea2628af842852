import { describe, expect, test } from "vitest";
import { parse, plainText } from "./parse";
import type { Block, Inline } from "./tree";

/** The tree as a short text: what is marked in brackets behind its kind. */
function shown(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case "text":
          return inline(block.children);
        case "code":
          return `pre${block.language && `.${block.language}`}(${block.code})`;
        case "quote":
          return `quote(${shown(block.blocks)})`;
        case "list":
          return `${block.isOrdered ? "ol" : "ul"}(${block.items.map((item) => `${item.number || "-"}:${shown(item.blocks)}`).join(";")})`;
      }
    })
    .join("|");
}

function inline(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      if (node.kind === "link") return `a(${inline(node.children)}→${node.href})`;
      return `${node.kind}(${"children" in node ? inline(node.children) : node.text})`;
    })
    .join("");
}

const of = (text: string, names: string[] = []) => shown(parse(text, names.map((name) => ({ name, isUs: false }))));

describe("inside a line", () => {
  test.each([
    ["**bold**", "strong(bold)"],
    ["*italic* and _italic_", "em(italic) and em(italic)"],
    ["~~gone~~", "s(gone)"],
    ["***both***", "strong(em(both))"],
    ["**bold and *italic* in it**", "strong(bold and em(italic) in it)"],
    ["_~~**all**~~_", "em(s(strong(all)))"],
    ["(**in brackets**), **before a comma**, **🎉**", "(strong(in brackets)), strong(before a comma), strong(🎉)"],
    ["**two\nlines**", "strong(two\nlines)"],
    ["这是**重点**内容", "这是strong(重点)内容"],
    ["`code`, ``a ` b``, `` ` ``", "code(code), code(a ` b), code(`)"],
    ["`**not bold**` **`bold`**", "code(**not bold**) strong(code(bold))"],
    ["```one line```", "code(one line)"],
    ["https://a.b/_c_*d* **https://e.f/**", "a(https://a.b/_c_*d→https://a.b/_c_*d)* strong(a(https://e.f/→https://e.f/))"],
    ["[a **b**](https://c.d/e_(f))", "a(a strong(b)→https://c.d/e_(f))"],
    ["[me](mailto:me@example.org)", "a(me→mailto:me@example.org)"],
    ["[https://a.b/](https://a.b/)", "a(https://a.b/→https://a.b/)"],
  ])("%j", (text, expected) => {
    expect(of(text)).toBe(expected);
  });

  test.each([
    "a * b * c",
    "2*3*4 x**2 + y**2",
    "snake_case_name __proto__ __init__ constructor",
    "**not closed",
    "not opened**",
    "**a paragraph\n\nends it**",
    "**** ~~~~ ____ ~a~ ***** * ** *** _ ~~",
    "¯\\_(ツ)_/¯ ^_^ and ^_^ -_- and -_- >_< >_<",
    "C:\\_a_\\b and /a/_b_/c \\*a\\*",
    "`not closed\nor in two lines`",
    "` `",
    "# no heading\n![no image](x)\n| no | table |\n<b>no HTML</b> &amp; <!-- -->",
    "  spaces   and\n\n\nblank lines stay  \n",
    "> ",
    ">_< and >:( are faces",
    "-no list\n1.no list\n2026. A good year\n- ",
    "```\n```",
    "``` not closed\nx",
    "__",
    "",
  ])("%j is text as it is", (text) => {
    expect(of(text)).toBe(text);
  });

  test("what stands open is text, what is closed inside it is not", () => {
    expect(of("**a _b_ c")).toBe("**a em(b) c");
    expect(of("*a **b* c**")).toBe("em(a **b) c**");
    expect(of("**a *b** c*")).toBe("strong(a *b) c*");
  });
});

describe("mentions", () => {
  test("are found in what is marked, and not in code, addresses and words of links", () => {
    expect(of("**@Ann** `@Ann` https://a.b/@Ann [@Ann](https://c.d)", ["Ann"])).toBe("strong(mention(@Ann)) code(@Ann) a(https://a.b/@Ann→https://a.b/@Ann) a(@Ann→https://c.d/)");
  });
  test("names may hold marks", () => {
    expect(of("_hi_ @a*b*c_ and @_x_", ["a*b*c_", "_x_"])).toBe("em(hi) mention(@a*b*c_) and mention(@_x_)");
    expect(of("- @*Ann*\n> @Bo", ["*Ann*", "Bo"])).toBe("ul(-:mention(@*Ann*))|quote(mention(@Bo))");
  });
});

describe("blocks", () => {
  test.each([
    ["```\na\n\n  b\n```", "pre(a\n\n  b)"],
    ["```js\nlet a = `x`; // **b**\n```", "pre.js(let a = `x`; // **b**)"],
    ["```first line\nand last```", "pre(first line\nand last)"],
    ["before\n\n```\nx\n```\n\nbehind", "before|pre(x)|behind"],
    ["```\n> a\n- b\n1. c\n```", "pre(> a\n- b\n1. c)"],
    ["> a\n> **b**\nc", "quote(a\nstrong(b))|c"],
    ["> > a\n> b", "quote(quote(a)|b)"],
    ["> ```\n> x\n> ```", "quote(pre(x))"],
    ["> > > > a", "quote(quote(quote(> a)))"],
    ["- a\n- *b*\n* c", "ul(-:a;-:em(b);-:c)"],
    ["1. a\n3. b\n- c", "ol(1:a;3:b)|ul(-:c)"],
    ["- a\n  - b\n    - c\n      - d\n- e", "ul(-:a|ul(-:b|ul(-:c\n- d));-:e)"],
    ["1. a\n   - b\n   c\n2. d", "ol(1:a|ul(-:b)|c;2:d)"],
    ["To do:\n\n- a\n\nthat is all", "To do:|ul(-:a)|that is all"],
  ])("%j", (text, expected) => {
    expect(of(text)).toBe(expected);
  });
});

test.each([
  ["**b** _i_ ~~s~~ `c` [words](https://a.b)", "b i s c words"],
  ["> a\n\n```js\nb\n```\n- c\n- d", "a\nb\n• c\n• d"],
  ["2. a\n3. b", "2. a\n3. b"],
  ["a * b, https://c.d", "a * b, https://c.d"],
])("%j reads %j", (text, plain) => {
  expect(plainText(text)).toBe(plain);
});
