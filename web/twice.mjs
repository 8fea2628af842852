// Runs vitest with the arguments given. Where a few tests fail, their files are run once more, with servers and accounts
// anew: see docs/decisions/0045-failed-tests-run-twice.md. All that the first try said is shown where the run fails;
// where it passes, which tests those were, and the first line of why.

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

/** Runs vitest, shows its course, and gives its exit code, why tests failed, and whether it said something that is not forgiven. */
function vitest(...more) {
  const child = spawn("vitest", ["run", ...args, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let tail = "";
  let errors = "";
  let isUnforgiven = false;
  const look = (text) => {
    tail = (tail + text).slice(-text.length - 100); // it may come in two pieces
    isUnforgiven ||= UNFORGIVEN.test(tail);
  };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    process.stdout.write(text);
    look(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
    look(text);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, errors, isUnforgiven }));
  });
}

/** The files to be run again, and a line for each test of them that failed; none: the failure stands. */
function toRunAgain() {
  let files;
  try {
    files = JSON.parse(readFileSync(report, "utf8")).testResults.filter(({ status }) => status === "failed");
  } catch {
    return { files: [], failed: [] }; // it did not come to its end
  }
  // A file whose set-up failed counts as one.
  const failed = files.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === "failed");
    if (tests.length === 0) return [`${name}: ${firstLine(message)}`];
    return tests.map(({ fullName, failureMessages }) => `${name}: ${fullName}: ${firstLine(failureMessages?.[0])}`);
  });
  return { files: failed.length > MOST ? [] : files.map(({ name }) => name), failed };
}

const firstLine = (text) => (text ?? "").split("\n", 1)[0];

try {
  const first = await vitest("--reporter=default", "--reporter=json", `--outputFile.json=${report}`);
  process.exitCode = first.code;
  if (first.isUnforgiven) process.exitCode = 1;
  const { files, failed } = first.isUnforgiven || first.code === 0 ? { files: [], failed: [] } : toRunAgain();
  if (files.length > 0) {
    console.log("the files of what did not pass are run once more");
    const second = await vitest(...files);
    process.exitCode = second.isUnforgiven ? 1 : second.code;
    if (process.exitCode === 0) console.log(`these passed at the second try only:\n${failed.join("\n")}`);
    else process.stderr.write(`the second try:\n${second.errors}\nthe first:\n`);
  }
  if (process.exitCode !== 0) process.stderr.write(first.errors);
  if (first.isUnforgiven) console.error("a data race, or a server that ended by itself (look for them above): it fails the run");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
