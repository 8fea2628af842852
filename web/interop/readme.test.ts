import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Collection } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { openMongoDB, Server } from "./harness/server";
import { Process } from "./harness/process";
import { tokenFor } from "./harness/token";
import { until } from "./harness/wait";

const ROOT = join(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** The one piece of the README that the pattern finds. */
function quoted(pattern: RegExp): string {
  const found = [...README.matchAll(pattern)];
  expect(found, `README.md: ${pattern}`).toHaveLength(1);
  return found[0]?.[1] ?? "";
}

test("the README's client and its one-line insert do what it says", async () => {
  const store = await openMongoDB(inject("mongodbUri"));
  const server = await Server.start(store);
  const program = quoted(/```js\n([^`]*)```/g).replace("http://localhost:8080", server.url);
  const client = new Process(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, TOKEN: tokenFor("alice") },
  });
  onTestFinished(async () => {
    client.signal("SIGKILL");
    await client.exited;
  });
  const prints = (text: string): Promise<void> => until(`the client prints ${text}; it printed: ${client.output}`, () => client.output.includes(`${text}\n`));
  await prints("stored as 1");
  await until("the client has joined", () => /joined at \d/.test(client.output));

  const insert = quoted(/`(db\.messages\.insertOne\([^`]*\))`/g);
  const db = { messages: store.database?.collection("messages") as Collection };
  await (new Function("db", `return ${insert}`) as (shell: typeof db) => Promise<unknown>)(db);
  await prints("2 ci build 512 is green");
});

test("what the README and the documentation point to is there", () => {
  const pages = readdirSync(join(ROOT, "web/docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  expect(pages.length).toBeGreaterThan(3);
  const missing: string[] = [];
  for (const page of ["README.md", ...pages.map((name) => join("web/docs", name))]) {
    const text = readFileSync(join(ROOT, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(join(ROOT, dirname(page), target))) missing.push(`${page}: ${target}`);
    }
  }
  for (const [file] of README.matchAll(/\b(?:auth|rooms|server|web)\/[\w./-]*\w/g)) {
    if (!existsSync(join(ROOT, file))) missing.push(`README.md: ${file}`);
  }
  expect(missing).toEqual([]);
});

test("the README's first screen is 40 lines at most", () => {
  expect(README.slice(0, README.indexOf("\n## ")).trimEnd().split("\n").length).toBeLessThanOrEqual(40);
});
