// The ways to the server: the client module, and one function beside it; see docs/decisions/0056-routes-the-page-asks-by-itself.md.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = dirname(fileURLToPath(import.meta.url));
const ASKS = /\bfetch\(|\bXMLHttpRequest\b|\bnew (?:WebSocket|EventSource)\b|\bsendBeacon\(|\bfrom "socket\.io-client"/;

test("one file of the page asks the server by itself", () => {
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => ASKS.test(readFileSync(path, "utf8")))
    .map((path) => relative(SRC, path));
  expect(files).toEqual(["api.ts"]);
});
