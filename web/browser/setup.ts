// Builds what the browser tests drive: the page, and the server that has it inside.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    binary: string;
  }
}

/** Uses the binary of ROOMSTREAM_BIN where it is set. */
export default function setup(project: TestProject): () => void {
  const given = process.env["ROOMSTREAM_BIN"];
  if (given) {
    project.provide("binary", given);
    return () => {};
  }
  const web = fileURLToPath(new URL("..", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "roomstream-browser-"));
  const binary = join(folder, "roomstream");
  // NODE_ENV is "test" here, and would choose the development halves of what the page is built from.
  const env = { ...process.env, NODE_ENV: "production" };
  execFileSync("npm", ["run", "build"], { cwd: web, env, stdio: ["ignore", "inherit", "inherit"] });
  execFileSync("go", ["build", "-o", binary, "./server"], { cwd: join(web, ".."), stdio: ["ignore", "inherit", "inherit"] });
  project.provide("binary", binary);
  return () => rmSync(folder, { recursive: true, force: true });
}
