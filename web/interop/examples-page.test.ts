import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, inject, test } from "vitest";
import { EXAMPLES, knowsOf, prints, program, succeeds } from "./harness/feeds";
import { openMongoDB, Server } from "./harness/server";
import { SECRET } from "./harness/token";

const ROOT = dirname(dirname(EXAMPLES));

/** The shell commands of a page, from a heading to the next. */
function commands(page: string, heading: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const [, section = ""] = text.split(`## ${heading}\n`);
  const [body = ""] = section.split("\n## ");
  return [...body.matchAll(/```sh\n([^`]*)```/g)].flatMap(([, block = ""]) => block.trim().replaceAll("\\\n", "").split("\n"));
}

for (const { page, heading } of [
  { page: "web/docs/feeds.md", heading: "A first one, in three commands" },
  { page: "README.md", heading: "Live feeds of any collection" },
]) {
  test(`what ${page} says under "${heading}" works as it is typed`, async () => {
    const store = await openMongoDB(inject("mongodbUri"));
    const server = await Server.start(store);
    const [, uri, , name] = store.flags;
    const env = { ROOMSTREAM_JWT_SECRET: SECRET, ROOMSTREAM_MONGODB_URI: uri, ROOMSTREAM_MONGODB_DATABASE: name };
    const type = (line: string): ReturnType<typeof program> =>
      program("sh", ["-c", `exec ${line.replaceAll("localhost:8080", `127.0.0.1:${server.port}`).replaceAll("go run ./server", inject("serverProgram"))}`], ROOT, env);

    const lines = commands(page, heading);
    expect(lines).toHaveLength(3);
    const [declare = "", listen = "", post = ""] = lines;
    await succeeds(type(declare));
    await knowsOf(server, "posts/all");
    const listener = type(listen.replace("curl", "curl --dump-header -"));
    await prints(listener, "200 OK");
    await succeeds(type(post));
    await prints(listener, '"author":"ann","content":"hello"');
  });
}
