import { expect, test, vi } from "vitest";

// Node 20 has no navigator; a browser always has.
vi.hoisted(() => vi.stubGlobal("navigator", { languages: ["de-DE", "en-GB"] }));

import { clockTime, dayName, daysBetween, shortTime } from "./time";

const now = new Date(2026, 4, 14, 9, 30).getTime(); // a Thursday

const on = (year: number, month: number, day: number, hour = 12) => new Date(year, month - 1, day, hour).getTime();

test.each([
  [on(2026, 5, 14, 0), "Today"],
  [on(2026, 5, 13, 23), "Yesterday"],
  [on(2026, 5, 9), "Saturday"],
])("%s is called %s", (at, name) => {
  expect(dayName(at, now)).toBe(name);
});

test("a week ago has a date, another year its year", () => {
  expect(dayName(on(2026, 5, 7), now)).toMatch(/Thursday.*7|7.*Thursday|Thursday/);
  expect(dayName(on(2026, 5, 7), now)).toContain("May");
  expect(dayName(on(2025, 5, 7), now)).toContain("2025");
});

test("days are counted by the calendar, not by 24 hours", () => {
  expect(daysBetween(on(2026, 5, 13, 23), on(2026, 5, 14, 1))).toBe(1);
  expect(daysBetween(on(2026, 5, 14, 0), on(2026, 5, 14, 23))).toBe(0);
});

test("a list says little", () => {
  expect(shortTime(on(2026, 5, 13), now)).toBe("Yesterday");
  expect(shortTime(on(2026, 5, 11), now)).toBe("Mon");
});

test("the clock is the viewer's English", () => {
  expect(clockTime(on(2026, 5, 11, 4))).toBe("04:00");
});
