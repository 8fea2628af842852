import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Collection } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { openMongoDB, Server } from "./harness/server";
import { Process } from "./harness/process";
import { tokenFor } from "./harness/token";
import { until } from "./harness/wait";

const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");

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
