// The build's last steps.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";

const web = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

test("a build in a folder with a space and an umlaut in its name is whole", () => {
  const folder = mkdtempSync(join(tmpdir(), "für den Bau "));
  try {
    cpSync(web("site.mjs"), join(folder, "site.mjs"));
    for (const name of ["dist/assets", "dist/client", "site/old"]) mkdirSync(join(folder, name), { recursive: true });
    const script = "console.log(1);".repeat(200);
    writeFileSync(join(folder, "dist/theme.js"), "theme()");
    writeFileSync(join(folder, "dist/assets/index-abc.js"), script);
    writeFileSync(join(folder, "dist/client/.packages.json"), "[]");
    execFileSync(process.execPath, [join(folder, "site.mjs")]);
    const files: unknown = JSON.parse(readFileSync(join(folder, "site/.files.json"), "utf8"));
    expect(files).toEqual([
      { name: "assets/index-abc.js", size: script.length, tag: expect.any(String), forms: ["br", "gzip"] },
      { name: "theme.js", size: 7, tag: expect.any(String), forms: [] },
    ]);
    expect(readdirSync(join(folder, "site")).sort()).toEqual([".files.json", "assets", "client", "theme.js"]);
    expect(gunzipSync(readFileSync(join(folder, "site/assets/index-abc.js.gz"))).toString()).toBe(script);
    expect(readFileSync(join(folder, "site/client/.packages.json"), "utf8")).toBe("[]");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("where the content of one file is another, the worker is another", () => {
  const folder = mkdtempSync(join(tmpdir(), "roomstream-worker-"));
  const small = ["theme.js", "favicon.svg", "favicon-unread.svg"];
  const make = () => {
    execFileSync(process.execPath, [join(folder, "worker.mjs")]);
    return readFileSync(join(folder, "dist/push-worker.js"), "utf8");
  };
  try {
    for (const name of ["dist/assets", "worker"]) mkdirSync(join(folder, name), { recursive: true });
    for (const name of ["worker.mjs", "worker/push-worker.js"]) cpSync(web(name), join(folder, name));
    for (const name of ["index.html", ...small]) writeFileSync(join(folder, "dist", name), name);
    let before = make();
    expect(make()).toBe(before);
    for (const name of small) expect(before).toContain(`"/${name}"`);
    for (const name of ["index.html", ...small]) {
      writeFileSync(join(folder, "dist", name), "another");
      const after = make();
      expect(after, name).not.toBe(before);
      before = after;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
