import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { Mongod } from "./mongod";

declare module "vitest" {
  interface ProvidedContext {
    /** The compiled server. */
    serverProgram: string;
    /** A replica set that tests share; each uses a database of its own. */
    mongodbUri: string;
  }
}

/** What all files share: ROOMSTREAM_BIN or a server compiled here, MONGODB_URI or a mongod started here. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "roomstream-interop-"));
  project.provide("serverProgram", process.env["ROOMSTREAM_BIN"] ?? compile(folder));
  const given = process.env["MONGODB_URI"];
  const mongod = given ? undefined : await Mongod.start();
  project.provide("mongodbUri", given ?? mongod?.uri ?? "");
  return async () => {
    await mongod?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

function compile(folder: string): string {
  const program = join(folder, "roomstream");
  const root = join(import.meta.dirname, "../../..");
  execFileSync("go", ["build", "-race", "-buildvcs=false", "-o", program, "./server"], { cwd: root, stdio: "inherit" });
  return program;
}
