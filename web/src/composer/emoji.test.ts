import { expect, test } from "vitest";
import { emojiTypedAt } from "./emoji";

test("a name is typed behind a colon that begins a word", () => {
  expect(emojiTypedAt("so :Sm", 6)).toEqual({ at: 3, query: "sm" });
  expect(emojiTypedAt("(:+1 and", 4)).toEqual({ at: 1, query: "+1" });
  for (const text of ["at 10:30", "http://x", ":)", ":s", ": smile", "a:smile", "::", ""]) expect(emojiTypedAt(text, text.length)).toBeUndefined();
});
