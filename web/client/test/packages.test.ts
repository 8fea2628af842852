import { expect, test } from "vitest";

import { packageFolder } from "../../packages.ts";

test("a module's package is the innermost one it lies in", () => {
  expect(packageFolder("/a/node_modules/preact/hooks/dist/hooks.mjs")).toBe("/a/node_modules/preact");
  expect(packageFolder("/a/node_modules/@preact/signals/dist/signals.mjs?x")).toBe("/a/node_modules/@preact/signals");
  expect(packageFolder("/a/node_modules/b/node_modules/@c/d/index.js")).toBe("/a/node_modules/b/node_modules/@c/d");
});

test("our own modules and those that the build makes up are of no package", () => {
  expect(packageFolder("/a/web/src/main.tsx")).toBeUndefined();
  expect(packageFolder("\0vite/preload-helper.js")).toBeUndefined();
  expect(packageFolder("\0/a/node_modules/b/index.js?commonjs-module")).toBeUndefined();
});
