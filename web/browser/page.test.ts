// The page as it is delivered: small, cacheable, all from one place.

import { gunzipSync } from "node:zlib";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Server } from "./server";

/** The most the page's scripts may weigh on the wire, in bytes: a third of it is socket.io-client, a sixth the client module. The marks of messages took it over 80,000, quotes and threads over 83,000, notifications by room and tab over 88,500, what signing out erases over 92,000, reading messages of the catalogue and the English ones over 95,000; keys, wrong clocks, reactions before their answer, filters of a search over 106,000. */
const SCRIPT_BUDGET = 112_000;

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());

/** The most that somebody loads in scripts who opens all there is in the chat, in bytes, without the emoji. */
const WHOLE_BUDGET = 150_000;
/** What is not in that: what only those load who run the place, and the emoji. */
const BESIDES = /\/(AdminPage|FeedsPage|book)-/;

/** Fetches without unpacking. */
function raw(path: string, coding = "gzip"): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const get = request(server.url + path, { headers: { "Accept-Encoding": coding } }, (answer) => {
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

test("who opens everything in the chat, in his language, loads under 150 kB of scripts", async () => {
  const worker = gunzipSync((await raw("/push-worker.js")).body).toString();
  const build = JSON.parse(/^const BUILD = (.*);$/m.exec(worker)?.[1] ?? "{}") as { files: string[] };
  const scripts = build.files.filter((name) => name.endsWith(".js") && !BESIDES.test(name));
  const isLanguage = (name: string) => name.includes("/language-");
  const languages = scripts.filter(isLanguage);
  expect(languages).toHaveLength(7); // English is in the others
  // As browsers ask where the page comes over TLS, or from their own machine.
  const weights = new Map(await Promise.all(scripts.map(async (name) => [name, (await raw(name, "br, gzip")).body.length] as const)));
  const sum = (names: string[]) => names.reduce((all, name) => all + (weights.get(name) ?? 0), 0);
  const everybody = sum(scripts.filter((name) => !isLanguage(name)));
  const heaviest = Math.max(...languages.map((name) => sum([name])));
  console.log(`scripts: ${everybody} bytes, and at most ${heaviest} for another language`);
  expect(everybody + heaviest).toBeLessThan(WHOLE_BUDGET);
});
