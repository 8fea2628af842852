// The page of the example of posts, on another origin than the server's: two people see each other's posts.

import { createServer } from "node:http";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Mongod } from "../interop/harness/mongod";
import { newContext, startBrowser } from "./browser";
import { Server } from "./server";

const POSTS = join(import.meta.dirname, "../examples/posts");

/** The page, served as a static file; gives its origin. */
async function servePage(): Promise<string> {
  const server = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(readFileSync(join(POSTS, "page.html"))));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("what one posts on the example's page shows on the other's, and comes back after the server was away", async () => {
  const mongod = await Mongod.start();
  onTestFinished(() => mongod.stop());
  const origin = await servePage();
  const server = await Server.start("-mongodb-uri", mongod.uri, "-allowed-origins", origin);
  onTestFinished(() => server.remove());
  const { streams } = JSON.parse(readFileSync(join(POSTS, "posts.json"), "utf8")) as { streams: object[] };
  const declared = await fetch(`${server.url}/api/streams/posts/all`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${server.token("admin", "Ada", 3600, ["admin"])}`, "Content-Type": "application/json" },
    body: JSON.stringify(streams[0]),
  });
  expect(declared.status).toBe(201);

  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const open = async () => {
    const page = await (await newContext(browser)).newPage();
    await page.goto(`${origin}/page.html?server=${encodeURIComponent(server.url)}`);
    await expect.poll(() => page.title()).toBe("Posts, live");
    return page;
  };
  const [ann, ben] = await Promise.all([open(), open()]);
  const post = async (content: string): Promise<void> => {
    await ann.getByLabel("Author").fill("ann");
    await ann.getByLabel("Content").fill(content);
    await ann.getByRole("button", { name: "Post" }).click();
  };
  await post("<b>hello</b>");
  for (const page of [ann, ben]) await expect.poll(() => page.getByRole("listitem").allTextContents()).toEqual(["ann: <b>hello</b>"]);

  await server.kill();
  await post("nobody is there");
  await ann.getByText("the server does not answer").waitFor();
  await server.start();
  await expect.poll(async () => (await post("again"), await ann.getByRole("status").textContent())).toBe("");
  for (const page of [ann, ben]) {
    await expect.poll(async () => (await page.getByRole("listitem").allTextContents()).slice(0, 2), { timeout: 15_000 }).toEqual(["ann: <b>hello</b>", "ann: again"]);
  }
});
