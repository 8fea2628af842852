import { expect, test } from "vitest";
import { bounded, fitOf, mostZoom, STEP, wheelFactor } from "./zoom";

test("an image fits by its longer side, and a small one stays as it is", () => {
  expect(fitOf({ width: 2000, height: 500 }, { width: 1000, height: 1000 })).toBe(0.5);
  expect(fitOf({ width: 500, height: 4000 }, { width: 1000, height: 1000 })).toBe(0.25);
  expect(fitOf({ width: 16, height: 16 }, { width: 1000, height: 1000 })).toBe(1);
});

test("it is never smaller than it fits, and as large as twice its own pixels at least", () => {
  expect(bounded(0.5, 1)).toBe(1);
  expect(bounded(1000, 1)).toBe(mostZoom(1));
  const fit = fitOf({ width: 20_000, height: 10 }, { width: 1000, height: 1000 });
  expect(20_000 * fit * bounded(Number.POSITIVE_INFINITY, fit)).toBe(40_000);
});

test("a wheel turned there and back leaves it as it was, and one wild turn does not more than double it", () => {
  expect(wheelFactor({ deltaY: 120, deltaMode: 0 }) * wheelFactor({ deltaY: -120, deltaMode: 0 })).toBeCloseTo(1);
  expect(wheelFactor({ deltaY: -120, deltaMode: 0 })).toBeGreaterThan(1);
  expect(wheelFactor({ deltaY: -1e9, deltaMode: 0 })).toBe(2);
  expect(wheelFactor({ deltaY: 1e9, deltaMode: 1 })).toBe(0.5);
  expect(STEP).toBeGreaterThan(1);
});
