// No text stands in the page's code: all of them are in the catalogue. The code's syntax tree is asked, not its lines.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { expect, test } from "vitest";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Folders whose texts are not in the catalogue yet. */
const NOT_YET: readonly string[] = [];

/** api-docs is Swagger UI's page, which is English; the catalogue itself is no code. */
const NO_PART = ["api-docs", "i18n"];

/** Attributes of elements, and properties of components, that people read or hear. */
const READ = new Set(["aria-label", "aria-roledescription", "aria-valuetext", "alt", "title", "placeholder", "label", "hint", "action", "what", "name", "text", "legend"]);

/** Read by nobody: a form's field is called so for the browser. */
const SILENT_NAME = new Set(["input", "fieldset", "meta", "Icon", "form"]);

/** What is the same in every language: names of programs, formats, keys, addresses. */
const SAME_EVERYWHERE = new Set(["roomstream", "Samsung Internet", "read -rs TOKEN", "-mongodb-uri", "PUT /api/streams/orders/all"]);

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && typeof (value as Node).type === "string";

function children(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));
}

const hasWord = (text: string) => /\p{L}/u.test(text) && !SAME_EVERYWHERE.has(text.trim());

/** The texts that an expression may come to: also those of its branches and templates, but not those that it hands on. */
function said(node: Node): string[] {
  switch (node.type) {
    case "Literal":
      return typeof node["value"] === "string" ? [node["value"]] : [];
    case "TemplateLiteral":
      return [...(node["quasis"] as Node[]).map((quasi) => (quasi["value"] as { cooked: string }).cooked), ...(node["expressions"] as Node[]).flatMap(said)];
    case "ConditionalExpression":
      return [...said(node["consequent"] as Node), ...said(node["alternate"] as Node)];
    case "LogicalExpression":
    case "BinaryExpression":
      return /^[=!<>]/u.test(String(node["operator"])) ? [] : [...said(node["left"] as Node), ...said(node["right"] as Node)];
    case "JSXExpressionContainer":
    case "ParenthesizedExpression":
    case "TSAsExpression":
      return said(node["expression"] as Node);
    default:
      return [];
  }
}

/** A sentence, or the beginning of one, wherever it stands: a capital, and another word. */
const SENTENCE = /^\p{Lu}[\p{L}’']*[ ,].*\p{L}/u;

/** The texts in a file's code that people would read. */
export function literals(path: string, code: string): string[] {
  const { program, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const found: string[] = [];
  const walk = (node: Node, element: string) => {
    const line = () => code.slice(0, node.start).split("\n").length;
    const note = (texts: string[]) => found.push(...texts.filter(hasWord).map((text) => `${path}:${line()} ${text.trim()}`));
    // What is thrown for a programmer is read by programmers.
    if (node.type === "ThrowStatement" || node.type === "ImportDeclaration") return;
    if (node.type === "JSXText") note([String(node["value"])]);
    else if (node.type === "JSXElement" || node.type === "JSXFragment") {
      const name = ((node["openingElement"] as Node | undefined)?.["name"] as { name?: string } | undefined)?.name ?? "";
      for (const child of node["children"] as Node[]) if (child.type === "JSXExpressionContainer") note(said(child));
      for (const child of children(node)) walk(child, name);
      return;
    } else if (node.type === "JSXAttribute") {
      const attribute = String((node["name"] as { name?: unknown }).name);
      if (READ.has(attribute) && !(attribute === "name" && SILENT_NAME.has(element)) && isNode(node["value"])) note(said(node["value"]));
    } else if (node.type === "Literal" && typeof node["value"] === "string" && SENTENCE.test(node["value"])) note([node["value"]]);
    else if (node.type === "TemplateLiteral" && said(node).some((text) => SENTENCE.test(text))) note(said(node));
    for (const child of children(node)) walk(child, element);
  };
  walk(program as unknown as Node, "");
  return [...new Set(found)];
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/u.test(name) && !/\.test\.tsx?$|\.d\.ts$/u.test(name))
  .map((name) => ({ name: name.replaceAll("\\", "/"), folder: name.includes("/") ? (name.split("/")[0] ?? "") : "" }))
  .filter(({ folder }) => !NO_PART.includes(folder) && !NOT_YET.includes(folder));

test("the page's code says nothing itself", () => {
  const found = files.flatMap(({ name }) => literals(relative(".", name), readFileSync(join(SRC, name), "utf8")));
  expect(found).toEqual([]);
});

test("a text in the code is found, wherever it stands", () => {
  const code = `
    const problem = "Could not be read.";
    const view = <p class="note" title={isOpen ? "Close it" : t("open")} name="room">Hello {t("x")} {n === 1 ? "one" : \`\${n} files\`}<Form action="Save" /></p>;
    throw new Error("No such thing");
    const key = "some-key", className = "button plain";`;
  expect(literals("a.tsx", code).map((text) => text.slice(text.indexOf(" ") + 1)).sort()).toEqual(["Close it", "Could not be read.", "Hello", "Save", "files", "one", "room"]);
});
