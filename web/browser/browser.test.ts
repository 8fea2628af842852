// What the tests' own flags do to Chromium.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startBrowser } from "./browser";

/** Where the flags of a process can be read. */
const PROC = process.platform === "linux";

test.runIf(PROC)("what Playwright turns off in Chromium is off, although we turn off more", async () => {
  const browser = await startBrowser();
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const main = processInfo.find(({ type }) => type === "browser")?.id ?? 0;
  const lists = flagsOf(main).flatMap((flag) => (flag.startsWith("--disable-features=") ? [flag.slice(flag.indexOf("=") + 1).split(",")] : []));
  await browser.close();
  expect(lists.length).toBe(2); // Playwright's, then ours
  const [theirs = [], ours = []] = lists;
  expect(theirs.filter((feature) => !ours.includes(feature))).toEqual([]);
});

function flagsOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/\0| (?=--)/);
}
