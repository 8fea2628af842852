import { expect, test } from "vitest";
import { isForever, levelOf, muteEnd, mutedUntil, wants } from "./level";

const NOW = Date.parse("2026-03-01T10:00:00Z");
const later = new Date(NOW + 1000).toISOString();
const before = new Date(NOW - 1000).toISOString();

test.each([
  [undefined, "public", [], false],
  [undefined, "private", ["me"], true],
  [undefined, "private", ["@room"], true],
  [undefined, "private", ["another"], false],
  [undefined, "direct", [], true],
  [{ level: "all" }, "public", [], true],
  [{ level: "mentions" }, "direct", [], false],
  [{ level: "mentions" }, "direct", ["me"], true],
  [{ level: "nothing" }, "direct", ["me", "@room"], false],
  [{ level: "all", mutedUntil: later }, "direct", ["me"], false],
  [{ mutedUntil: later }, "direct", ["me"], false],
  [{ level: "all", mutedUntil: before }, "public", [], true],
  [{ level: "of a later version" }, "public", ["me"], true],
  [{ mutedUntil: "no time" }, "direct", [], true],
] as const)("%j in a %s room that names %j: %s", (alerts, type, mentions, expected) => {
  expect(wants(alerts, type, mentions, "me", NOW)).toBe(expected);
});

test.each([
  [undefined, true],
  [{ level: "mentions" }, true],
  [{ level: "nothing" }, false],
  [{ mutedUntil: later }, false],
] as const)("%j, of an answer in a thread one follows: %s", (alerts, expected) => {
  expect(wants(alerts, "public", [], "me", NOW, true)).toBe(expected);
});

test("a mute ends when it was said to", () => {
  const now = new Date(2026, 1, 28, 23, 30);
  expect(muteEnd("hour", now).getTime() - now.getTime()).toBe(3_600_000);
  expect(muteEnd("hours", now).getTime() - now.getTime()).toBe(8 * 3_600_000);
  expect(muteEnd("tomorrow", now)).toEqual(new Date(2026, 2, 1, 8));
  expect(isForever(muteEnd("ever", now).getTime())).toBe(true);
  expect(isForever(muteEnd("tomorrow", now).getTime())).toBe(false);
  expect(mutedUntil({ mutedUntil: later }, NOW)).toBe(NOW + 1000);
  expect(mutedUntil({ mutedUntil: before }, NOW)).toBeUndefined();
  expect(levelOf({}, "direct")).toBe("all");
});
