import { expect, test } from "vitest";
import { Reads } from "./reads";

function storage(initial?: string) {
  const items = new Map<string, string>(initial === undefined ? [] : [["roomstream.read.ann", initial]]);
  return { getItem: (key: string) => items.get(key) ?? null, setItem: (key: string, value: string) => void items.set(key, value) };
}

test("outlives the page and never goes back", () => {
  const disk = storage();
  const reads = new Reads("ann", disk);
  reads.set("general", 5);
  reads.set("general", 3);
  expect(new Reads("ann", disk).get("general")).toBe(5);
  reads.set("general", 3, true);
  expect(new Reads("ann", disk).get("general")).toBe(3);
  expect(new Reads("bob", disk).get("general")).toBeUndefined();
});

test.each(["", "{", "{}", '[["a"],7,["b","c"],["d",1.5]]'])("what cannot be read is forgotten: %s", (text) => {
  expect(new Reads("ann", storage(text)).get("d")).toBeUndefined();
});

test("keeps 500 rooms, the last used ones", () => {
  const reads = new Reads("ann", storage());
  for (let i = 0; i < 501; i++) reads.set(`room${i}`, 1);
  expect(reads.get("room0")).toBeUndefined();
  expect(reads.get("room500")).toBe(1);
});
