import { expect, test } from "vitest";
import { decodeHealth } from "./decode";

const told = { version: "v1", startedAt: "2026-03-04T05:06:07.008Z", ready: true, lagMs: 4, sendsPerSecond: 1.5, queued: 0 };

test("an instance that has not told yet has its name and its connections", () => {
  const health = decodeHealth({
    store: { kind: "mongodb", ready: true },
    instances: [
      { instance: "a", self: true, heardAt: "", connections: 2, ...told },
      { instance: "b", self: false, heardAt: "", connections: 3 },
    ],
  });
  expect(health).toEqual({
    store: { kind: "mongodb", ready: true, message: undefined },
    instances: [
      { instance: "a", self: true, connections: 2, told },
      { instance: "b", self: false, connections: 3, told: undefined },
    ],
  });
});

test("what is no health is refused", () => {
  for (const value of [undefined, [], {}, { store: {}, instances: [] }, { store: { kind: "embedded", ready: "yes" }, instances: [] }, { store: { kind: "embedded", ready: true } }]) {
    expect(decodeHealth(value)).toBeUndefined();
  }
});
