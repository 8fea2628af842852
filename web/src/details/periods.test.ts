import { expect, test } from "vitest";
import { paceOptions, periodText } from "./periods";

test("lengths of time", () => {
  expect([1000, 5000, 60_000, 90_000, 3_600_000, 86_400_000, 7 * 86_400_000, 1500].map(periodText)).toEqual(["1 second", "5 seconds", "1 minute", "90 seconds", "1 hour", "1 day", "7 days", "1.5 seconds"]);
});

test("slow mode offers what is set, in order, once", () => {
  expect(paceOptions(0)[0]).toEqual({ value: "0", label: "Off" });
  expect(paceOptions(20_000).map(({ value }) => Number(value))).toEqual([0, 5000, 10_000, 20_000, 30_000, 60_000, 300_000, 900_000, 3_600_000]);
  expect(paceOptions(5000)).toHaveLength(paceOptions(0).length);
});
