import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connected, must } from "./harness/client";
import { EXAMPLES, prints, program } from "./harness/feeds";
import { openEmbedded, Server } from "./harness/server";
import { tokenFor } from "./harness/token";

const WEB = join(import.meta.dirname, "..");

test("the packed module works in Node, as the example uses it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "roomstream-pack-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: join(WEB, "client"), stdio: ["ignore", "ignore", "inherit"] });
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "roomstream-client"), { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, "roomstream-client-0.1.0.tgz"), "--strip-components", "1", "-C", join(modules, "roomstream-client")]);
  // A program is resolved from where it really is, and so is what the official client needs.
  await symlink(join(WEB, "node_modules/socket.io-client"), join(modules, "socket.io-client"));
  await cp(join(EXAMPLES, "client/chat.mjs"), join(folder, "chat.mjs"));

  const server = await Server.start(await openEmbedded());
  const ben = await connected(server.url, "ben");
  await must(ben, "send_message", { roomId: "general", text: "hello ann" });
  const typed = "printf 'hello ben\\n' | exec \"$0\" chat.mjs \"$1\" general";
  const chat = program("sh", ["-c", typed, process.execPath, server.url], folder, { ROOMSTREAM_TOKEN: tokenFor("ann") });
  await prints(chat, "(online)");
  expect((await chat.exited).code).toBe(0);
  const { messages } = await must(ben, "get_history", { roomId: "general" });
  expect(messages).toMatchObject([{ text: "hello ann", author: "ben" }, { text: "hello ben", author: "ann" }]);
});

test("the server gives the module to pages, to be asked for again each time", async () => {
  const server = await Server.start(await openEmbedded());
  const answer = await fetch(`${server.url}/client/roomstream.js`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(answer.headers.get("cache-control")).toBe("no-cache");
  expect(answer.headers.get("etag")).toMatch(/^".+"$/);
  expect(await answer.text()).not.toMatch(/from"socket\.io-client"/);
});
