import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OwnTyping, Typists } from "./typing";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NOW = Date.parse("2026-01-01T12:00:00.000Z");
const saying = (userId: string, on = true, inMs = 6_000) => ({ roomId: "r", userId, on, expiresAt: new Date(NOW + inMs).toISOString() });

test("who types is there until he ceases, sends it, or says it no more", () => {
  const typists = new Typists();
  for (const id of ["ann", "bo", "ann", "cleo"]) typists.take(saying(id), NOW);
  expect(typists.ids.value).toEqual(["ann", "bo", "cleo"]);
  typists.take(saying("bo", false), NOW);
  typists.stop("cleo");
  expect(typists.ids.value).toEqual(["ann"]);
  vi.advanceTimersByTime(4_000);
  typists.take(saying("ann"), NOW);
  vi.advanceTimersByTime(4_000);
  expect(typists.ids.value).toEqual(["ann"]);
  vi.advanceTimersByTime(3_000);
  expect(typists.ids.value).toEqual([]);
});

test("clocks that are an hour apart keep nobody for an hour, and drop nobody at once", () => {
  const typists = new Typists();
  typists.take(saying("ahead", true, 3_600_000), NOW);
  typists.take(saying("behind", true, -3_600_000), NOW);
  vi.advanceTimersByTime(2_000);
  expect(typists.ids.value).toEqual(["ahead", "behind"]);
  vi.advanceTimersByTime(8_000);
  expect(typists.ids.value).toEqual([]);
});

test("one's own typing is said at once, then every few seconds, and its end only if it began", () => {
  const said: boolean[] = [];
  const typing = new OwnTyping((on) => said.push(on));
  typing.stop();
  for (let n = 0; n < 40; n++) {
    typing.changed(true);
    vi.advanceTimersByTime(100);
  }
  expect(said).toEqual([true, true]);
  typing.changed(false);
  typing.changed(false);
  expect(said).toEqual([true, true, false]);
  typing.changed(true);
  typing.sent();
  typing.stop();
  expect(said).toEqual([true, true, false, true]);
});
