// Runs vitest with the arguments given. Where a few tests fail, their files are run once more, with servers and accounts
// anew: see docs/decisions/0045-failed-tests-run-twice.md. What the first try said stands above.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Tests that may fail; with more of them something is broken, and nothing is run again. */
const MOST = 6;
/** What a second try could not show: a race that does not happen again, a server that fell over. */
const UNFORGIVEN = /WARNING: DATA RACE|the server ended by itself/;

const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "roomstream-tests-"));
const report = join(folder, "report.json");

/** Runs vitest, shows what it says, and gives its exit code and whether it said something that is not forgiven. */
function vitest(...more) {
  const child = spawn("vitest", ["run", ...args, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let tail = "";
  let isUnforgiven = false;
  for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
    from.setEncoding("utf8").on("data", (text) => {
      to.write(text);
      tail = (tail + text).slice(-text.length - 100); // it may come in two pieces
      isUnforgiven ||= UNFORGIVEN.test(tail);
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, isUnforgiven }));
  });
}

/** The files to be run again; none: the failure stands. */
function toRunAgain() {
  let files;
  try {
    files = JSON.parse(readFileSync(report, "utf8")).testResults.filter(({ status }) => status === "failed");
  } catch {
    return []; // it did not come to its end
  }
  // A file whose set-up failed counts as one.
  const failed = files.flatMap(({ name, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => `${name}: ${fullName}`);
    return tests.length > 0 ? tests : [name];
  });
  if (failed.length > MOST) return [];
  if (failed.length > 0) console.error(`failed, and run once more with the rest of their files (the reasons stand above):\n${failed.join("\n")}\n`);
  return files.map(({ name }) => name);
}

try {
  const first = await vitest("--reporter=default", "--reporter=json", `--outputFile.json=${report}`);
  process.exitCode = first.code;
  if (first.isUnforgiven) {
    console.error("a data race, or a server that ended by itself (look for them above): it fails the run");
    process.exitCode = 1;
  } else if (first.code !== 0) {
    const files = toRunAgain();
    if (files.length > 0) process.exitCode = (await vitest(...files)).code;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
