import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applied, example, EXAMPLES, Feed, prints, program, succeeds } from "./harness/feeds";
import { serverWithPosts } from "./harness/streams";

const README = readFileSync(join(EXAMPLES, "posts/README.md"), "utf8");

/** The README's curl, for another address. */
function curl(host: string): string {
  const [, line = ""] = /```sh\n(curl [^`]*)```/.exec(README) ?? [];
  expect(line).toContain("localhost:8080");
  return line.replace("localhost:8080", host);
}

test("what one curl posts is told to every plain WebSocket client, and shown by the example", async () => {
  const CLIENTS = 20;
  const { server, store, posts } = await serverWithPosts();
  expect(await applied(server, store, "posts/posts.json")).toBe("posts/all: created\n");
  const host = `127.0.0.1:${server.port}`;
  const watcher = example("posts", ["watch.mjs", `ws://${host}/posts/_streams/all`]);
  await prints(watcher, "watching");
  const feeds = await Promise.all(Array.from({ length: CLIENTS }, () => Feed.open(server, "/posts/_streams/all")));

  const answer = await succeeds(program("sh", ["-c", curl(host)], "."));
  const stored = await posts.findOne({ author: "ann" });
  expect(stored).toMatchObject({ author: "ann", content: "hello" });
  const id = { $oid: stored?._id.toHexString() };
  expect(answer).toContain(JSON.stringify({ _id: id }));
  await Promise.all(feeds.map((feed) => feed.reaches(1)));
  for (const feed of feeds) expect(feed.frames).toMatchObject([{ operationType: "insert", documentKey: { _id: id }, fullDocument: { _id: id, author: "ann", content: "hello" } }]);
  await prints(watcher, "ann: hello");

  // What another program inserts takes the same way; what is posted while the watcher is away is shown when it is back.
  await posts.insertOne({ author: "ben", content: "by a driver" });
  await prints(watcher, "ben: by a driver");
  await server.kill();
  await posts.insertOne({ author: "cat", content: "meanwhile" });
  await server.restart();
  await prints(watcher, "cat: meanwhile");
  expect(watcher.output.match(/ann: hello/g)).toHaveLength(1);
});

test("a post that does not meet the schema is refused with what is wrong, and nothing is stored", async () => {
  const { server, store, posts } = await serverWithPosts();
  await applied(server, store, "posts/posts.json");
  const table: [body: string, status: number, field?: string][] = [
    ["{}", 400],
    [JSON.stringify({ author: "ann" }), 400],
    [JSON.stringify({ author: 7, content: "x" }), 400, "author"],
    [JSON.stringify({ author: "ann", content: "" }), 400, "content"],
    [JSON.stringify({ author: "ann", content: "x".repeat(8001) }), 400, "content"],
    [JSON.stringify({ author: "ann", content: "x", more: 1 }), 400],
    ["[]", 400],
    ["no json", 400],
  ];
  for (const [body, status, field] of table) {
    const answer = await fetch(`${server.url}/posts`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const { error } = (await answer.json()) as { error: { code: string; details?: { field?: string } } };
    expect([body, answer.status, error.code]).toEqual([body, status, "BAD_REQUEST"]);
    if (field) expect(error.details?.field).toBe(field);
  }
  expect(await posts.countDocuments()).toBe(0);
});
