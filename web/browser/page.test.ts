// The page as it is delivered: small, cacheable, all from one place.

import { gunzipSync } from "node:zlib";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Server } from "./server";

/** The most the page's scripts may weigh on the wire, in bytes: a third of it is socket.io-client, a sixth the client module. The marks of messages took it over 80,000, quotes and threads over 83,000, notifications by room and tab over 88,500, what signing out erases over 92,000, reading messages of the catalogue and the English ones over 95,000. */
const SCRIPT_BUDGET = 106_000;

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());

/** Fetches without unpacking. */
function raw(path: string): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const get = request(server.url + path, { headers: { "Accept-Encoding": "gzip" } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
    });
    get.on("error", reject);
    get.end();
  });
}

test("scripts and styles come from here, are kept for ever and weigh little", async () => {
  const { headers: page, body: sent } = await raw("/");
  const index = (page["content-encoding"] === "gzip" ? gunzipSync(sent) : sent).toString();
  const scripts = [...index.matchAll(/<script[^>]*src="([^"]+)"/g)].map((match) => match[1] ?? "");
  const styles = [...index.matchAll(/<link[^>]*href="([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(scripts).toHaveLength(2);
  expect([...scripts, ...styles].filter((path) => !path.startsWith("/"))).toEqual([]);
  expect(index).not.toMatch(/<style|<script>|\sstyle=|\son\w+=/);

  // What the first script stands on comes with it.
  const preloaded = [...index.matchAll(/<link rel="modulepreload"[^>]*href="([^"]+)"/g)].map((match) => match[1] ?? "");
  let weight = 0;
  for (const script of [...scripts, ...preloaded]) {
    const { headers, body } = await raw(script);
    weight += body.length;
    if (script.startsWith("/assets/")) {
      expect(headers["cache-control"]).toContain("immutable");
      // What is smaller than a packet is not packed.
      if (headers["content-encoding"] === "gzip") expect(gunzipSync(body).length).toBeGreaterThan(body.length);
      else expect(body.length).toBeLessThan(1024);
    }
  }
  expect(weight).toBeLessThan(SCRIPT_BUDGET);
});
