import { expect, test } from "vitest";
import { hueOf, initials, roomInitials } from "./identity";

test.each([
  ["Ann", "A"],
  ["ann lee", "AL"],
  ["Jean-Luc van der Berg", "JB"],
  ["李 小龍", "李小"],
  ["👩‍👩‍👧 family", "👩‍👩‍👧F"],
  ["", "?"],
  ["  ", "?"],
  ["<script>alert(1)</script>", "<"],
  ["\u0301\u0302\u0489", "?"],
  ["\u202eevil\u202c", "E"],
  ["e\u0316\u0317\u0318\u0319\u031c\u031d\u031e lp", "E\u0316\u0317\u0318\u0319L"],
  ["\u0915\u094d\u0937\u093f", "\u0915\u094d\u0937\u093f"],
])("%s has the initials %s", (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test.each([
  ["general", "G"],
  ["release-2.0", "R2"],
  ["team_lunch.fridays", "TL"],
])("the room %s has the initials %s", (name, expected) => {
  expect(roomInitials(name)).toBe(expected);
});

test("hues stay within the ten and are spread", () => {
  const hues = Array.from({ length: 200 }, (_, i) => hueOf(`user${i}`));
  expect(Math.min(...hues)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...hues)).toBeLessThan(10);
  expect(new Set(hues).size).toBe(10);
});
