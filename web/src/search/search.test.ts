import { expect, test } from "vitest";
import { boundsOf } from "./search";

test("days are the viewer's, and both of them are searched", () => {
  const { since, until, from } = boundsOf({ from: { id: "bo", name: "Bo" }, since: "2026-03-28", until: "2026-03-29" });
  expect(from).toBe("bo");
  expect(since).toBe(new Date(2026, 2, 28).toISOString());
  // Whatever the clocks do in the night, the day ends where the next one begins.
  expect(until).toBe(new Date(2026, 2, 30).toISOString());
  expect(boundsOf({ until: "2025-12-31" })).toEqual({ until: new Date(2026, 0, 1).toISOString() });
  expect(boundsOf({})).toEqual({});
});
