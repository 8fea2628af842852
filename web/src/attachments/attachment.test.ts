import { expect, test } from "vitest";
import { decodeAttachments, sizeText } from "./attachment";

test("sizes are told as people read them", () => {
  expect([0, 1, 1023, 1024, 1536, 10 * 1024, 26_214_400, 1024 ** 3 * 2].map(sizeText)).toEqual([
    "0 B", "1 B", "1023 B", "1.0 KiB", "1.5 KiB", "10 KiB", "25 MiB", "2.0 GiB",
  ]);
});

test("what is no file is left out", () => {
  const file = { id: "A", name: "a.png", size: 3, type: "image/png", width: 2, height: 1, thumbnail: true };
  expect(decodeAttachments([file, null, {}, { ...file, size: "3" }])).toEqual([file]);
  expect(decodeAttachments([{ ...file, width: 0 }])).toEqual([{ ...file, width: 0, height: 0 }]);
  for (const none of [undefined, null, {}, "x", [], [1]]) expect(decodeAttachments(none)).toBeUndefined();
});
