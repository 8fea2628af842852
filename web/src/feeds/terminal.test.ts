import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Declaration } from "../protocol";
import { curlLine, quote, websocatLine } from "./terminal";

const mine: Declaration = { name: "messages/mine", collection: "messages", watches: "collection", operations: ["insert"], vars: undefined, stages: undefined };
const http = { protocol: "http:", host: "localhost:8080" };

/** The words that a POSIX shell makes of a line, with the program's name in front. */
function words(line: string): string[] {
  const [program, ...rest] = line.split(" ");
  const script = `set -f; ${program}() { printf '%s\\n' "$@"; }; ${[program, ...rest].join(" ")}`;
  return [program ?? "", ...execFileSync("sh", ["-c", script], { env: { TOKEN: "a.b.c" }, encoding: "utf8" }).trimEnd().split("\n")];
}

describe("quoting", () => {
  test.each(["uji", "", "it's", "''", "$HOME `id` $(id) \\ \" ! * ?", "a b\tc", "-n", "#", "~", "zwei\nZeilen", "ä 日本 👏"])("%j is one word, as it stands", (text) => {
    expect(execFileSync("sh", ["-c", `printf '%s.' ${quote(text)}`], { encoding: "utf8" })).toBe(`${text}.`);
  });
});

describe("the websocat line", () => {
  test("is what one would write", () => {
    expect(websocatLine(http, mine, { n: "uji" }, false)).toBe(`websocat -H="Authorization: Bearer $TOKEN" 'ws://localhost:8080/messages/_streams/mine?n=uji'`);
  });

  test("the shell fills in the token, and nothing else", () => {
    const hostile = "x'; rm -rf $HOME `id` & \"\\\n%";
    const [, header, address = ""] = words(websocatLine(http, mine, { n: hostile }, false));
    expect(header).toBe("-H=Authorization: Bearer a.b.c");
    expect(new URL(address).searchParams.get("n")).toBe(hostile);
  });

  test("is wss: where the page is https:", () => {
    expect(websocatLine({ protocol: "https:", host: "chat.example.com" }, mine, {}, false)).toContain("'wss://chat.example.com/messages/_streams/mine'");
  });

  test("a stream of no one collection has a short path; the initial documents are asked for", () => {
    const all: Declaration = { ...mine, name: "all", collection: "", watches: "database" };
    expect(websocatLine(http, all, {}, true)).toContain("'ws://localhost:8080/_streams/all?initial=true'");
  });

  test("names that an address would take for something else are escaped", () => {
    const odd: Declaration = { ...mine, name: "a b#c/mine", collection: "a b#c" };
    expect(websocatLine(http, odd, {}, false)).toContain("/a%20b%23c/_streams/mine'");
  });
});

test("the curl line asks for Server-Sent Events at the same address", () => {
  expect(words(curlLine(http, mine, { n: "[1]{2}" }, false))).toEqual([
    "curl",
    "-N",
    "-H",
    "Authorization: Bearer a.b.c",
    "-H",
    "Accept: text/event-stream",
    // Brackets and braces are escaped: curl would make ranges of them.
    "http://localhost:8080/messages/_streams/mine?n=%5B1%5D%7B2%7D",
  ]);
});
