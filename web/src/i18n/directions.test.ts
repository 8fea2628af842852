// Style sheets say where lines begin and end, not left and right: so that a page from right to left is right without a sheet of its own.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What names a side all the same, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  "left: var(--menu-left, 0)": "ui/place.ts works the menu's place out in the window's coordinates",
};

/** The lines of a sheet that name a side. */
export function sidesIn(css: string): string[] {
  const lines = css.replace(/\/\*.*?\*\//gsu, "").split(/[;{}\n]/u).map((line) => line.trim());
  return lines.filter((line) => {
    const [, property = "", value = ""] = /^([\w-]+):\s*(.+)$/u.exec(line) ?? [];
    if (/(^|-)(left|right)(-|$)/u.test(property) || /^(left|right)$/u.test(value)) return true;
    // Toward a side by so much, but for what turns with the page.
    if (/translateX\((?!calc\([^)]*--towards-start)/u.test(value) || /\bto (left|right)\b/u.test(value)) return true;
    const parts = partsOf(value);
    if (/^(margin|padding|inset|border-(width|color|style))$/u.test(property)) return parts.length === 4 && parts[1] !== parts[3];
    return property === "border-radius" && ((parts.length === 4 && (parts[0] !== parts[1] || parts[2] !== parts[3])) || parts.length === 3 || (parts.length === 2 && parts[0] !== parts[1]));
  });
}

/** The parts of a value that spaces divide; those in brackets are one. */
function partsOf(value: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  for (const word of value.split(/\s+/u)) {
    if (depth > 0) parts[parts.length - 1] += ` ${word}`;
    else parts.push(word);
    depth += (word.match(/\(/gu)?.length ?? 0) - (word.match(/\)/gu)?.length ?? 0);
  }
  return parts;
}

test("no style sheet names a side", () => {
  const sheets = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".css") && !name.startsWith("api-docs"));
  expect(sheets.length).toBeGreaterThan(10);
  const found = sheets.flatMap((name) => sidesIn(readFileSync(join(SRC, name), "utf8")).map((line) => ({ name, line })));
  expect(found.filter(({ line }) => !(line in ALLOWED))).toEqual([]);
  expect(Object.keys(ALLOWED).filter((line) => !found.some((one) => one.line === line))).toEqual([]);
});

test("a side is found, however it is named", () => {
  const named = ["margin-left: 1px", "right: 0", "text-align: left", "padding: 0 1px 0 2px", "border-radius: 1px 0 0 1px", "transform: translateX(-50%)", "border-top-left-radius: 2px"];
  const none = ["margin-inline-start: 1px", "text-align: start", "padding: 0 1px 2px 1px", "margin: 0 calc(-1 * var(--a)) calc(-1 * var(--a))", "border-radius: 1px 1px 0 0", "transform: translateX(calc(50% * var(--towards-start)))", "inset: auto 0 0"];
  expect(sidesIn(`.a { ${[...named, ...none].join("; ")}; }`)).toEqual(named);
});
