// Writes the service worker of a build: which files belong to it, and what it is called by their names and the page's content.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const dist = new URL("dist/", import.meta.url);
/** The parts of the page of the JSON routes, 1.7 MB which nobody reads offline; and what emoji are called in other languages, which each is of use to few. */
const LEFT_OUT = /^(api-docs|emoji-words-)/;

const hash = (content) => createHash("sha256").update(content).digest("hex");

/** Files whose names do not change with their content. */
const SMALL = ["/theme.js", "/favicon.svg", "/favicon-unread.svg"];
const assets = readdirSync(new URL("assets/", dist)).filter((name) => !LEFT_OUT.test(name));
const files = [...SMALL, ...assets.sort().map((name) => `/assets/${name}`)];
const index = hash(readFileSync(new URL("index.html", dist)));
const small = SMALL.map((name) => hash(readFileSync(new URL(`.${name}`, dist))));
const source = readFileSync(new URL("worker/push-worker.js", import.meta.url), "utf8");
const version = hash([hash(source), index, ...small, ...files].join("\n")).slice(0, 16);

const place = /^const BUILD = .*;$/m;
if (!place.test(source)) throw new Error("worker/push-worker.js: there is no line `const BUILD = …;` to write the build into");
writeFileSync(new URL("push-worker.js", dist), source.replace(place, () => `const BUILD = ${JSON.stringify({ version, index, files })};`));
