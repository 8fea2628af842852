import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Idle } from "../src/idle.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;

/** A page without a browser: what it is told, and what is said of it. */
function page() {
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const said: string[] = [];
  const idle = new Idle((status) => said.push(status), document as unknown as Document);
  return { document, said, idle, sign: (name: string) => document.dispatchEvent(new Event(name)) };
}

test("after 5 minutes without a sign one is idle, said once, until the next sign", () => {
  const { said, idle, sign } = page();
  idle.begin();
  vi.advanceTimersByTime(3 * MINUTE_MS);
  sign("keydown");
  vi.advanceTimersByTime(5 * MINUTE_MS - 1);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(["idle"]);
  vi.advanceTimersByTime(60 * MINUTE_MS);
  sign("pointermove");
  sign("pointermove");
  expect(said).toEqual(["idle", "online"]);
  vi.advanceTimersByTime(5 * MINUTE_MS);
  expect(said).toEqual(["idle", "online", "idle"]);
});

test("who only reads is said to be there before the server takes him for idle", () => {
  const { said, idle, sign } = page();
  idle.begin();
  for (let minute = 0; minute < 12; minute++) {
    vi.advanceTimersByTime(MINUTE_MS);
    sign("wheel");
  }
  expect(said).toEqual(["online", "online", "online"]);
});

test("a connection that comes while one is idle is told so; a page that is hidden shows no sign", () => {
  const { document, said, idle, sign } = page();
  vi.advanceTimersByTime(6 * MINUTE_MS);
  expect(said).toEqual([]); // nobody to tell
  idle.begin();
  expect(said).toEqual(["idle"]);
  document.visibilityState = "hidden";
  sign("visibilitychange");
  expect(said).toEqual(["idle"]);
  document.visibilityState = "visible";
  sign("visibilitychange");
  expect(said).toEqual(["idle", "online"]);
  idle.close();
  vi.advanceTimersByTime(60 * MINUTE_MS);
  sign("keydown");
  expect(said).toEqual(["idle", "online"]);
  expect(vi.getTimerCount()).toBe(0);
});
