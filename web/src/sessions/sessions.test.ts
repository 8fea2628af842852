import { expect, test, vi } from "vitest";

// Node 20 has no navigator; a browser always has.
vi.hoisted(() => vi.stubGlobal("navigator", { languages: ["en-GB"] }));

import { decodeSessions, lasting } from "./sessions";

const listed = (id: string, more: object = {}) => ({
  id,
  createdAt: "2026-05-04T10:00:00.000Z",
  seenAt: "2026-05-04T11:00:00.000Z",
  expiresAt: "2026-05-05T10:00:01.000Z",
  ...more,
});

test("the one that asks comes first, the others stay in their order", () => {
  const sessions = decodeSessions([listed("a"), listed("b"), listed("c", { current: true, address: "192.0.2.1", agent: "curl/8" }), listed("d")]);
  expect(sessions?.map(({ id }) => id)).toEqual(["c", "a", "b", "d"]);
  expect(sessions?.[0]).toEqual({
    id: "c",
    createdAt: Date.UTC(2026, 4, 4, 10),
    seenAt: Date.UTC(2026, 4, 4, 11),
    expiresAt: Date.UTC(2026, 4, 5, 10, 0, 1),
    address: "192.0.2.1",
    agent: "curl/8",
    isCurrent: true,
  });
});

test("what cannot be read is left out, and what is no list is none", () => {
  expect(decodeSessions([listed("a"), listed("b", { seenAt: "yesterday" }), listed("c", { id: 3 }), null, "d"])?.map(({ id }) => id)).toEqual(["a"]);
  for (const none of [undefined, null, {}, "sessions"]) expect(decodeSessions(none)).toBeUndefined();
});

test("what has ended meanwhile is not shown any more", () => {
  const sessions = decodeSessions([listed("a"), listed("b", { expiresAt: "2026-05-04T12:00:00.000Z" })]) ?? [];
  expect(lasting(sessions, Date.UTC(2026, 4, 4, 12) - 1).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(lasting(sessions, Date.UTC(2026, 4, 4, 12)).map(({ id }) => id)).toEqual(["a"]);
});
