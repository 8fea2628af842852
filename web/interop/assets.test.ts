// What the build made is what a client gets, in whichever form it takes it.

import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openEmbedded, Server } from "./harness/server";

const dist = new URL("../dist/", import.meta.url).pathname;

interface Sent {
  readonly coding: string;
  readonly body: Buffer;
}

/** Fetches without unpacking. */
function raw(url: string, accept: string): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const get = request(url, { headers: { "Accept-Encoding": accept } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve({ coding: String(answer.headers["content-encoding"] ?? ""), body: Buffer.concat(chunks) }));
      answer.on("error", reject);
    });
    get.on("error", reject);
    get.end();
  });
}

const unpack = ({ coding, body }: Sent): Buffer => (coding === "br" ? brotliDecompressSync(body) : coding === "gzip" ? gunzipSync(body) : body);

test("every file of the build is served as it was built, packed and unpacked", async () => {
  const server = await Server.start(await openEmbedded());
  const names = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/\/+/g, "/").slice(dist.length));
  expect(names).toContain("index.html");
  expect(names.length).toBeGreaterThan(20);
  let [plainly, zipped, smallest] = [0, 0, 0];
  for (const name of names) {
    const built = readFileSync(dist + name);
    const [plain, gzip, br] = await Promise.all(["identity", "gzip", "gzip, deflate, br"].map((accept) => raw(`${server.url}/${name}`, accept)));
    if (plain === undefined || gzip === undefined || br === undefined) throw new Error(name);
    expect(plain.coding).toBe("");
    for (const sent of [plain, gzip, br]) expect(unpack(sent).equals(built), `${name} as ${sent.coding}`).toBe(true);
    expect(br.body.length).toBeLessThanOrEqual(gzip.body.length);
    if (built.length >= 1024 && /\.(js|css|html)$/.test(name)) expect([gzip.coding, br.coding], name).toEqual(["gzip", "br"]);
    plainly += plain.body.length;
    zipped += gzip.body.length;
    smallest += br.body.length;
  }
  expect(zipped).toBeLessThan(plainly / 2);
  expect(smallest).toBeLessThan(zipped);
});
