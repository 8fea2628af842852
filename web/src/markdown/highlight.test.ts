// What is a comment, a string, a number or a keyword is what the language's own grammar calls so.

import { describe, expect, test } from "vitest";
import { CORPUS } from "../../browser/xss-corpus";
import { GRAMMARS, type Kind } from "./grammars";
import { highlight } from "./highlight";
import type { Work } from "./tree";
import { COLOURED } from "./useHighlight";

const LANGUAGES = [...GRAMMARS.keys()];

/** A sample as it is to be cut: plain text, or text of a kind. */
type Sample = readonly (string | readonly [kind: Kind, text: string])[];

const k = (text: string) => ["keyword", text] as const;
const s = (text: string) => ["string", text] as const;
const n = (text: string) => ["number", text] as const;
const c = (text: string) => ["comment", text] as const;

const codeOf = (sample: Sample): string => sample.map((part) => (typeof part === "string" ? part : part[1])).join("");

const SAMPLES: readonly (readonly [language: string, what: string, sample: Sample])[] = [
  ["js", "a function", [c("// says it"), "\n", k("export"), " ", k("const"), " f = ", k("async"), " (a) => { ", k("return"), " ", s("'it\\'s '"), " + a; };"]],
  ["js", "numbers", ["x1 = ", n("0xFFn"), " + ", n("1_000.5e-3"), " - y.z"]],
  ["js", "a template with code in it, and another within that", ["a = ", s("`x ${"), "b + ", s("`${"), "{c: ", n("1"), "}.c", s("}`"), s("} \\` y`"), ";"]],
  ["js", "a regular expression, and divisions", ["a = ", s("/[/'\"]\\//"), "g; b = a / ", n("2"), "; c = (a) / ", n("3"), " ", c("// x")]],
  ["js", "a comment that does not end", ["a ", c("/* // \" b\n c")]],
  ["js", "a string that does not end, but with its line", ["a = ", s("'b"), "\n", k("let"), " c"]],
  ["tsx", "types, and tags that are closed", [k("interface"), " A { ", k("readonly"), " b: ", k("string"), " }\n<b>x</b> <i>y</i>"]],
  ["go", "strings of both kinds", [k("package"), " main\n", k("var"), " a, b = ", s("`raw \\`"), ", ", s('"\\"x"'), " ", c("// c")]],
  ["go", "a letter", [k("if"), " r == ", s("'\\''"), " { ", k("return"), " ", k("nil"), " }"]],
  ["python", "strings over lines", [c('# -*- "x"'), "\n", k("def"), " f(a):\n    ", s('"""one\n"two" \'\'\'\n"""'), "\n    ", k("return"), " r", s("'\\'x'"), " ", k("if"), " a ", k("else"), " ", k("None")]],
  ["python", "a keyword within a name is none", ["format_if = classes.iffy"]],
  ["java", "a text block", [k("public"), " ", k("record"), " A(", k("int"), " b) { String s = ", s('"""\n  "x"\n  """'), "; ", k("char"), " c = ", s("'\"'"), "; }"]],
  ["c", "directives", [k("#include"), " <stdio.h>\n  ", k("# define"), " A ", n("0x1Fu"), "\n", k("int"), " a = b # c; ", c("/* # */")]],
  ["cpp", "a raw string, and digits with marks between", [k("auto"), " a = R", s('"x(\\" )" )x"'), "; ", k("long"), " b = ", n("1'000'000"), "; ", k("char"), " c = ", s("'0'"), ";"]],
  ["rust", "lifetimes are no letters", [k("fn"), " f<'a>(x: &'a str) {}"]],
  ["rust", "letters, raw strings, comments in comments", [k("let"), " a = ", s("'\\''"), "; ", k("let"), " b = ", s("'ß'"), "; ", k("let"), " c = r", s('#"a"b"#'), "; ", c("/* a /* b */ c */"), " ", k("loop"), " {}"]],
  ["rust", "a range of numbers", [k("for"), " i ", k("in"), " ", n("0"), "..", n("10"), " {}"]],
  ["sh", "comments begin where words do", [c("#!/bin/sh"), "\n", k("if"), " [ $# -gt ", n("1"), " ]; ", k("then"), " echo ${a#b} it\\'s ", s('"a # \\" b"'), " ", s("'a \\'"), "; ", k("fi"), " ", c("# it's")]],
  ["sh", "a name with a dash is one", ["apt-get if-up; ", k("for"), " x"]],
  ["sql", "keywords in any case, quotes written twice", [k("SELECT"), " a ", k("from"), ' "it\'s" ', k("Where"), " b = ", s("'it'"), s("'s'"), " ", c("-- 'c"), "\n", k("and"), " d > ", n("1.5")]],
  ["json", "values", ["{", s('"a\\"b"'), ": [", k("true"), ", ", k("null"), ", -", n("1.5e+3"), ", trueish]}"]],
  ["html", "tags, and text that is none", ["<!", k("DOCTYPE"), " html>\n<", k("a-b"), " href=", s('"x>y"'), " c=", s("'d'"), ">it's 5 < 6</", k("a-b"), ">", c("<!-- <b> -->")]],
  ["css", "sizes and rules", [k("@media"), " (min-width: ", n("40.5em"), ") { .a-1::before { top: -", n("5px"), "; left: ", n("50%"), " ", k("!important"), " } }"]],
  ["css", "a colour is a number, the name of an element is none", ["#abc { color: ", n("#fff"), "; content: ", s('"\\"}"'), " ", c("/* } */"), " }"]],
];

describe("samples", () => {
  test.each(SAMPLES)("%s: %s", (language, _, sample) => {
    const code = codeOf(sample);
    const kinds = sample.filter((part) => typeof part !== "string");
    expect(highlight(code, language).flatMap(({ kind, text }) => (kind ? [[kind, text]] : []))).toEqual(kinds);
  });

  test("each language has one", () => {
    const grammars = new Set(SAMPLES.map(([language]) => GRAMMARS.get(language)));
    expect([...new Set(GRAMMARS.values())].filter((grammar) => !grammars.has(grammar))).toEqual([]);
  });
});

test("the page loads the lexer for the languages that it knows, in either case, and for no other", () => {
  expect(LANGUAGES.filter((name) => !COLOURED.test(name) || !COLOURED.test(name.toUpperCase()))).toEqual([]);
  for (const name of ["", "text", "ruby", "mermaid", "goo", "javascripts", "c+", "xs"]) {
    expect(COLOURED.test(name)).toBe(false);
    expect(highlight("if 'a' 1", name)).toEqual([{ text: "if 'a' 1" }]);
  }
  expect(highlight("IF", "JS")).toEqual(highlight("IF", "js"));
});

/** Beginnings without ends, ends without beginnings, and what one language begins and another ends. */
const HOSTILE: readonly string[] = [
  "/", "= /[", "=/a", "= /\\", "`", "`${", "${`", "}`", "`}", "{", "}", "\"", "'", "\\", "\\\"", "\"\"\"", "'''", "\"\"\"'", "/*", "*/", "/*/", "/* /*", "//", "#", "# #", "r#", "r#\"", "R\"(", "R\"a(", ")\"", "'a", "''", "<", "<a", "<a \"", "</", "<!--", "-->", "@", "!", "#a", "--", "-", "-1", "$", "${a#", "0x", "1e+", "1.", "1'", "1..2", "if ", "é", "👍", "\ud800", "\0", "\r\n", "\n", " ", "\t#", "a\n", "if'a'1/* */\n",
];

describe("nothing is added, left out or moved", () => {
  const texts = [...CORPUS, ...HOSTILE, ...HOSTILE.flatMap((one) => HOSTILE.map((other) => `${one}${other}${one}a`)), ...SAMPLES.map(([, , sample]) => codeOf(sample))];
  test.each(LANGUAGES)("%s", (language) => {
    const wrong = texts.filter((text) => {
      const pieces = highlight(text, language);
      return pieces.map((piece) => piece.text).join("") !== text || pieces.some((piece) => piece.text === "");
    });
    expect(wrong).toEqual([]);
  });
});

describe("each character is looked at a fixed number of times", () => {
  /** Once to find that there is no regular expression, once to take it. */
  const MOST_LOOKS = 2;
  const LONGEST = 8_000;
  test.each(LANGUAGES)("%s", (language) => {
    for (const unit of HOSTILE) {
      for (const length of [LONGEST, 10 * LONGEST]) {
        const work: Work = { characters: 0 };
        const code = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
        highlight(code, language, work);
        expect(work.characters, `${JSON.stringify(unit)}, ${length} times`).toBeGreaterThanOrEqual(length);
        expect(work.characters, `${JSON.stringify(unit)}, ${length} times`).toBeLessThanOrEqual(MOST_LOOKS * length);
      }
    }
  });
});
