// Makes site, which the server embeds, of the build in dist. What is worth it is compressed here, once, and not at each start
// of each server, which then holds none of it in its memory: of such a file there is name.gz, name.br where that is smaller,
// and nothing else. .files.json says of each file how long it is, its hash, and in which forms it is there.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("dist/", import.meta.url));
const site = fileURLToPath(new URL("site/", import.meta.url));

/** The shortest file worth compressing, in bytes: what is shorter fits into one packet anyway. */
const MIN_COMPRESSED = 1024;
const COMPRESSIBLE = /\.(css|html|js|json|svg|txt|webmanifest)$/;
/** The bytes of a hash that are kept: a tag names a version, and guards nothing. */
const TAG_BYTES = 12;

for (const name of readdirSync(site)) {
  if (name !== ".gitignore") rmSync(join(site, name), { recursive: true });
}

const files = [];
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name === ".gitignore") continue;
  const path = join(entry.parentPath, entry.name);
  const name = relative(dist, path).replaceAll("\\", "/"); // as an address has it
  const plain = readFileSync(path);
  const target = join(site, name);
  mkdirSync(dirname(target), { recursive: true });
  const write = (suffix, content) => writeFileSync(target + suffix, content);
  if (entry.name.startsWith(".")) { // for the server itself
    write("", plain);
    continue;
  }
  const forms = [];
  if (plain.length >= MIN_COMPRESSED && COMPRESSIBLE.test(name)) {
    const zipped = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION });
    const smaller = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
    if (smaller.length < zipped.length) {
      forms.push("br");
      write(".br", smaller);
    }
    forms.push("gzip");
    write(".gz", zipped);
  } else {
    write("", plain);
  }
  const tag = createHash("sha256").update(plain).digest("hex").slice(0, 2 * TAG_BYTES);
  files.push({ name, size: plain.length, tag, forms });
}
files.sort((a, b) => (a.name < b.name ? -1 : 1));
writeFileSync(join(site, ".files.json"), JSON.stringify(files));
