// What is held of every source file: none is too long, none goes around the types; and colours, spaces, radii and type
// stand in one place.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { expect, test } from "vitest";

const WEB = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Lines a file may have: what is longer is more than one idea. */
const MOST_LINES = 450;

const files = ["src", "browser", "client", "interop"].flatMap((folder) =>
  readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => /\.(tsx?|css)$/u.test(name) && !/\/(dist|node_modules)\//u.test(name)),
);
const scripts = files.filter((name) => !name.endsWith(".css"));

const read = (name: string) => readFileSync(join(WEB, name), "utf8");
const linesOf = (text: string) => text.split("\n").length - 1;

test("no source file has more lines than one can hold in the head", () => {
  expect(files.length).toBeGreaterThan(400); // they were found
  expect(files.map((name) => `${name}: ${linesOf(read(name))}`).filter((line) => Number(line.split(": ")[1]) > MOST_LINES)).toEqual([]);
});

/** The lines of a script on which something may be of any type. */
export function untyped(path: string, code: string): number[] {
  const { program, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const found: number[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("type" in value && value.type === "TSAnyKeyword" && "start" in value) found.push(linesOf(code.slice(0, Number(value.start))) + 1);
    for (const child of Object.values(value)) walk(child);
  };
  walk(program);
  return found;
}

test("nothing is of any type", () => {
  expect(scripts.flatMap((name) => untyped(name, read(name)).map((line) => `${name}:${line}`))).toEqual([]);
});

test("what is of any type is found, and a word is none", () => {
  const code = `
    let one: any;
    const said = "as any"; // any
    const list = [] as unknown as Map<string, any[]>;`;
  expect(untyped("a.ts", code)).toEqual([2, 4]);
});

/** Where colours stand; the page of the JSON routes is Swagger UI's, and mends colours of its own. */
const TOKENS = "src/styles/tokens.css";
const NO_PART = "src/api-docs/";

const COLOUR = /#[\da-f]{3,8}\b|(?<![-\w])(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|light-dark)\(|(?<![-\w])(?:white|black|gr[ae]y|silver|red|green|blue|yellow|orange|purple)(?![-\w])/iu;

const declarations = (css: string): [property: string, value: string][] =>
  [...css.replace(/\/\*[^]*?\*\//gu, "").matchAll(/([-\w]+)\s*:\s*([^;{}]+)[;}]/gu)].map(([, property = "", value = ""]) => [property, value.trim()]);

/** The values of a style sheet that name a colour; one that is mixed of others names none. */
export function coloured(css: string): string[] {
  return declarations(css).flatMap(([, value]) => (COLOUR.test(value) ? [value] : []));
}

const sheets = files.filter((name) => name.endsWith(".css") && name !== TOKENS && !name.startsWith(NO_PART));

test("colours stand among the tokens", () => {
  expect(sheets.flatMap((name) => coloured(read(name)).map((value) => `${name}: ${value}`))).toEqual([]);
  const drawn = scripts.filter((name) => name.startsWith("src/") && name.endsWith(".tsx") && /(?:fill|stroke|color)="#|#[\da-f]{6}\b/iu.test(read(name)));
  expect(drawn).toEqual([]);
});

test("a colour is found, and what is made of tokens is none", () => {
  const css = `
    /* a: #fff; */
    #feed:hover .added { color: #0a6e66; background: color-mix(in oklab, var(--accent) 8%, transparent); white-space: nowrap }
    .x { --dot: light-dark(var(--a), red); box-shadow: 0 0 rgb(0 0 0 / 5%); color: currentcolor; outline-color: var(--red) }`;
  expect(coloured(css)).toEqual(["#0a6e66", "light-dark(var(--a), red)", "0 0 rgb(0 0 0 / 5%)"]);
});

/** What parts things and rounds corners. scroll-margin and scroll-padding do not: they say how far what covers an edge reaches. */
const SPACE = /^(?:(?:margin|padding|inset)(?:-[a-z]+)*|(?:row-|column-)?gap|top|right|bottom|left|border(?:-[a-z]+)*-radius)$/u;

/** A length of its own; what goes by the text (em), the box (%) or the window is none, nor is a hairline, which every screen has. */
const LENGTH = /(?<![-\w.])-?(?!1px)(?:\d+\.?\d*|\.\d+)(?:px|rem|pt|pc|cm|mm|in|q)\b/iu;

/** The declarations of a style sheet that set a space or a radius by a number, not by a token. */
export function measured(css: string): string[] {
  return declarations(css).flatMap(([property, value]) => (SPACE.test(property) && LENGTH.test(value) ? [`${property}: ${value}`] : []));
}

test("spaces and radii stand among the tokens", () => {
  expect(sheets.flatMap((name) => measured(read(name)).map((said) => `${name}: ${said}`))).toEqual([]);
});

test("a space and a radius by a number are found, and what is made of tokens, of the text and of hairlines is none", () => {
  const css = `
    /* gap: 3px; */
    .a:hover { gap: 3px; row-gap: var(--space-1) .2rem; margin: 0 auto -2px; inset-inline: auto calc(100% + 4px) }
    .b { padding: 1px 11px; border-start-start-radius: 6px; border-radius: 1rem }
    .c { margin: -1px 0 1px; padding: 0 0.3em max(var(--space-2), env(safe-area-inset-bottom)); inset: calc(-1 * var(--space-1)) 50%; gap: 0 }
    .d { border-radius: 50%; border: 2px solid; width: 3rem; scroll-margin-block: 3.5rem; top: 5dvh; --left: 3px }`;
  expect(measured(css)).toEqual([
    "gap: 3px",
    "row-gap: var(--space-1) .2rem",
    "margin: 0 auto -2px",
    "inset-inline: auto calc(100% + 4px)",
    "padding: 1px 11px",
    "border-start-start-radius: 6px",
    "border-radius: 1rem",
  ]);
});

/** What type is made of. */
const TYPE = /^(?:font|font-size|font-weight|line-height)$/u;

/** A size or a weight of its own; what goes by the text around it is none. */
const NUMBER = /(?<![-\w.])(?:\d*\.)?\d+(?:rem|px|pt)?(?![-\w.%])/iu;

/** The declarations of a style sheet that set type by a number, not by a token. */
export function typed(css: string): string[] {
  return declarations(css).flatMap(([property, value]) => (TYPE.test(property) && NUMBER.test(value) ? [`${property}: ${value}`] : []));
}

test("type stands among the tokens", () => {
  expect(sheets.flatMap((name) => typed(read(name)).map((said) => `${name}: ${said}`))).toEqual([]);
});

test("type by a number is found, and what is made of tokens and of the text around is none", () => {
  const css = `
    .a { font-size: 1.0625rem; font-weight: 650; line-height: 1.4; font: 400 var(--text-m) / var(--leading) var(--font) }
    .b { font-size: 0.875em; line-height: 90%; font-weight: var(--weight-bold); font: inherit; line-height: normal; width: 3rem }
    .c { font-size: 12px; line-height: 1.25rem }`;
  expect(typed(css)).toEqual(["font-size: 1.0625rem", "font-weight: 650", "line-height: 1.4", "font: 400 var(--text-m) / var(--leading) var(--font)", "font-size: 12px", "line-height: 1.25rem"]);
});
