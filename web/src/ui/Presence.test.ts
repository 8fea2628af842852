import { expect, test, vi } from "vitest";

// Node 20 has no navigator; a browser always has.
vi.hoisted(() => vi.stubGlobal("navigator", { languages: ["en-GB"] }));

import { presenceText } from "./Presence";

const NOW = new Date(2026, 5, 17, 15, 0).getTime();
const seen = (agoMs: number) => presenceText({ userId: "ann", status: "offline", lastSeen: new Date(NOW - agoMs).toISOString() }, NOW);
const MIN = 60_000;

test("how present somebody is, in words", () => {
  expect(["online", "idle", "dnd"].map((status) => presenceText({ userId: "ann", status }, NOW))).toEqual(["Online", "Away", "Do not disturb"]);
  expect(presenceText({ userId: "ann", status: "offline" }, NOW)).toBe("Offline");
  expect(presenceText(undefined, NOW)).toBe("");
});

test("when he was seen last, as exactly as it matters", () => {
  expect([0, 5 * MIN, 3 * 60 * MIN, 26 * 60 * MIN].map(seen)).toEqual(["Last seen just now", "Last seen 5 min ago", "Last seen 3 hr ago", "Last seen yesterday"]);
  expect(seen(9 * 24 * 60 * MIN)).toMatch(/^Last seen on /);
  // By a clock that is ahead of ours.
  expect(seen(-5 * MIN)).toBe("Last seen just now");
});
