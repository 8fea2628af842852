import { expect, test, vi } from "vitest";
import { ChatError } from "../src/errors.js";
import { Stream, type StreamOptions } from "../src/stream.js";
import type { Fields } from "../src/wire.js";

/** How long a wait of the stream's may take, with all else a machine does. */
const SOON = { timeout: 10_000 };

/** A stream, what it asked the server for, and what it told. */
function world(options: StreamOptions = {}) {
  const asked: Fields[] = [];
  const told: string[] = [];
  const refusals: ChatError[] = [];
  const host = {
    ask: (event: string, payload: object, take?: (answer: Fields) => void): Promise<Fields> => {
      const refusal = refusals.shift();
      asked.push({ event, ...payload });
      if (refusal) return Promise.reject(refusal);
      const answer = { ok: true, id: String(asked.length) };
      take?.(answer);
      return Promise.resolve(answer);
    },
  };
  const stream = new Stream("posts/all", { n: "ann" }, options, host, () => told.push("gone"));
  stream.on("change", (change) => told.push(String(change["n"])));
  stream.on("reset", () => told.push("reset"));
  stream.on("open", () => told.push("open"));
  stream.on("closed", (error) => told.push(error.code));
  const change = (n: number, after?: string): void => stream.receive("stream_event", { id: String(asked.length), uri: "posts/all", change: { n }, ...(after ? { after } : {}) });
  const end = (reason: string): void => stream.receive("stream_closed", { id: String(asked.length), uri: "posts/all", reason });
  return { stream, asked, told, refusals, change, end };
}

const subscribe = { event: "subscribe_stream", uri: "posts/all", vars: { n: "ann" } };

test("every connection opens it behind the last change told", () => {
  const { stream, asked, told, change } = world({ after: "a" });
  stream.begin();
  change(1, "b");
  change(2, "c");
  stream.end();
  change(3, "d"); // of a connection that is gone
  stream.begin();
  change(3, "d");
  expect(asked).toEqual([{ ...subscribe, after: "a" }, { ...subscribe, after: "c" }]);
  expect(told).toEqual(["open", "1", "2", "open", "3"]);
  expect(stream.after).toBe("d");
});

test("what begins with what is there begins anew where it has no place yet, and says so", () => {
  const { stream, asked, told, change } = world({ initial: true });
  stream.begin();
  change(1);
  stream.begin();
  change(1);
  change(2, "a");
  stream.begin();
  expect(asked).toEqual([{ ...subscribe, initial: true }, { ...subscribe, initial: true }, { ...subscribe, after: "a" }]);
  expect(told).toEqual(["open", "1", "reset", "open", "1", "2", "open"]);
});

test("a place that is lost is the end, but for what can begin anew", async () => {
  const gone = new ChatError("GONE", "the history is lost", false);
  const anew = world({ initial: true });
  anew.stream.begin();
  anew.change(1, "a");
  anew.refusals.push(gone);
  anew.stream.begin();
  await vi.waitFor(() => expect(anew.told).toEqual(["open", "1", "reset", "open"]), SOON);
  anew.change(1, "b");
  anew.end("history_lost");
  await vi.waitFor(() => expect(anew.told.slice(4)).toEqual(["1", "reset", "open"]), SOON);

  const over = world();
  over.stream.begin();
  over.change(1, "a");
  over.end("history_lost");
  over.stream.begin();
  expect(over.told).toEqual(["open", "1", "gone", "GONE"]);
  expect(over.asked).toHaveLength(1);
});

test("an end that passes is followed by another opening; one that does not is told", async () => {
  const { stream, asked, told, change, end } = world();
  stream.begin();
  change(1, "a");
  end("changed");
  await vi.waitFor(() => expect(asked).toEqual([subscribe, { ...subscribe, after: "a" }]), SOON);
  end("removed");
  expect(told).toEqual(["open", "1", "open", "gone", "NOT_FOUND"]);
});

test("behind close() nothing is told", () => {
  const { stream, asked, told, change } = world();
  stream.begin();
  stream.close();
  change(1, "a");
  stream.begin();
  expect(asked).toEqual([subscribe, { event: "unsubscribe_stream", id: "1" }]);
  expect(told).toEqual(["open", "gone"]);
});

test("what is open no more, and will be again, is told; a close of one's own is not", async () => {
  const { stream, asked, told, end } = world();
  stream.on("waiting", () => told.push("waiting"));
  stream.begin();
  stream.end();
  stream.begin();
  end("slow");
  expect(told).toEqual(["open", "waiting", "open", "waiting"]);
  await vi.waitFor(() => expect(asked).toHaveLength(3), SOON);
  stream.close();
  expect(told.slice(4)).toEqual(["open", "gone"]);
});

test("the reason of its end is there for programs", () => {
  const { stream, end } = world();
  const reasons: (string | undefined)[] = [];
  stream.on("closed", (error) => reasons.push(error.reason));
  stream.begin();
  end("removed");
  expect(reasons).toEqual(["removed"]);
});
