import { expect, test } from "vitest";
import type { SharedFile } from "../attachments/attachment";
import { type FilePage, withOlder, withPage } from "./filePages";

const page = (seqs: readonly number[], next?: number): FilePage => ({
  items: seqs.map((seq): SharedFile => ({ id: `f${seq}`, name: "a.txt", size: 1, type: "text/plain", width: 0, height: 0, thumbnail: false, seq, author: "ann", authorName: "Ann", at: seq })),
  next,
});
const seqs = ({ items, next }: FilePage) => [items.map(({ seq }) => seq), next];

test("what is new comes before the older files that were read, and what was deleted goes", () => {
  const read = withOlder(page([30, 28], 28), page([20, 15], 15), 28);
  expect(seqs(read)).toEqual([[30, 28, 20, 15], 15]);
  expect(seqs(withPage(read, page([31, 30], 30), []))).toEqual([[31, 30, 28, 20, 15], 15]);
  expect(seqs(withPage(read, page([30, 20], 20), [28]))).toEqual([[30, 20, 15], 15]);
  expect(seqs(withPage(read, page([30, 28], 28), [15]))).toEqual([[30, 28, 20], 15]);
});

test("the first page is all there is where it reaches as far, or does not meet what was listed", () => {
  const [few, all] = [page([30, 28], 28), page([31, 30])];
  expect(withPage(undefined, few, [])).toBe(few);
  expect(withPage(page([30, 28], 20), all, [])).toBe(all);
  expect(withPage(page([30, 29], 29), few, [])).toBe(few);
  const far = page([90, 80], 80);
  expect(withPage(page([30, 28], 28), far, [])).toBe(far);
});

test("an older page that is not the next one any more is left out", () => {
  const list = page([90, 80], 80);
  expect(withOlder(list, page([20], 15), 28)).toBe(list);
});
