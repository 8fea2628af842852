import { describe, expect, test } from "vitest";
import { ChatError } from "../../client/src/index";
import type { StreamEvent } from "../protocol";
import { type Asked, changeOf, type Feed, type FeedAction, forgotten, isLive, KEEP_CHARACTERS, KEEP_EVENTS, keyText, newFeed, received, reduceFeed } from "./feed";
import { newsText } from "./FeedAnnouncer";

const asked: Asked = { vars: { n: "uji" }, initial: false };

function after(...actions: FeedAction[]): Feed {
  return actions.reduce(reduceFeed, newFeed);
}

function event(n: number, operationType = "insert", extra: object = {}): StreamEvent {
  return { change: { operationType, documentKey: { _id: n }, ...extra }, after: `p${n}` };
}

function events(from: number, to: number): FeedAction {
  return { type: "events", at: 1, events: Array.from({ length: to - from + 1 }, (_, i) => event(from + i)) };
}

const opening: FeedAction = { type: "opening", asked, goOn: false };
const opened: FeedAction = { type: "opened", at: 1 };
const open: FeedAction[] = [opening, opened];

const lines = (entries: Feed["shown"]) => entries.map((entry) => ("note" in entry ? entry.note : entry.change.key));

describe("events", () => {
  test("stand newest first, are counted by what they do, and say where to go on", () => {
    const feed = after(...open, { type: "events", at: 1, events: [event(1), event(2, "update"), event(3)] }, { type: "events", at: 2, events: [event(4, "delete")] });
    expect(lines(feed.shown)).toEqual(["4", "3", "2", "1"]);
    expect(feed.counts).toEqual({ insert: 2, update: 1, delete: 1 });
    expect(feed.after).toBe("p4");
  });

  test("initial documents have no place: the last one stays", () => {
    const feed = after({ type: "opening", asked: { ...asked, initial: true }, goOn: false }, opened, {
      type: "events",
      at: 1,
      events: [{ change: { operationType: "initial", documentKey: { _id: 1 } } }, { change: { ready: true }, after: "p0" }, event(2)],
    });
    expect(feed.counts).toEqual({ initial: 1, insert: 1 });
    expect(feed.complete).toBe(true);
    expect(lines(feed.shown)).toEqual(["2", "wereThere", "1"]);
    expect(feed.after).toBe("p2");
  });

  test("a projected field named ready is no mark", () => {
    const feed = after(...open, { type: "events", at: 1, events: [event(1, "insert", { ready: true })] });
    expect(received(feed)).toBe(1);
  });

  test("the newest are kept, the others counted", () => {
    const feed = after(...open, events(1, KEEP_EVENTS + 20));
    expect(feed.shown).toHaveLength(KEEP_EVENTS);
    expect(lines(feed.shown)[0]).toBe(String(KEEP_EVENTS + 20));
    expect(received(feed)).toBe(KEEP_EVENTS + 20);
    expect(forgotten(feed)).toBe(20);
  });

  test("large ones leave place for fewer; the newest is always there", () => {
    const large = { fullDocument: { text: "x".repeat(KEEP_CHARACTERS / 2) } };
    const feed = after(...open, events(1, 5), { type: "events", at: 1, events: [event(6, "insert", large), event(7, "insert", large)] });
    expect(lines(feed.shown)).toEqual(["7"]);
    expect(forgotten(feed)).toBe(6);
  });
});

describe("pausing", () => {
  test("holds back what comes, and shows it after", () => {
    const paused = after(...open, events(1, 2), { type: "paused", on: true }, events(3, 4));
    expect(lines(paused.shown)).toEqual(["2", "1"]);
    expect(paused.held).toHaveLength(2);
    expect(received(paused)).toBe(4);
    expect(paused.after).toBe("p4");
    const resumed = reduceFeed(paused, { type: "paused", on: false });
    expect(lines(resumed.shown)).toEqual(["4", "3", "2", "1"]);
    expect(resumed.held).toEqual([]);
  });

  test("is bounded like the list", () => {
    const paused = after(...open, events(1, 10), { type: "paused", on: true }, events(11, 11 + 2 * KEEP_EVENTS));
    expect(paused.held).toHaveLength(KEEP_EVENTS);
    expect(reduceFeed(paused, { type: "paused", on: false }).shown).toHaveLength(KEEP_EVENTS);
  });

  test("clearing forgets what is held too, not the place", () => {
    const cleared = after(...open, events(1, 2), { type: "paused", on: true }, events(3, 4), { type: "cleared" });
    expect([cleared.shown, cleared.held, cleared.counts]).toEqual([[], [], {}]);
    expect(cleared.after).toBe("p4");
    expect(forgotten(cleared)).toBe(0);
  });
});

describe("where it stands", () => {
  test("a lost connection is waited for; coming back says whether something is missing", () => {
    const lost = after(...open, events(1, 1), { type: "lost" });
    expect(lost.status.kind).toBe("reconnecting");
    expect(isLive(lost)).toBe(true);
    expect(lines(reduceFeed(lost, opened).shown)).toEqual(["reopened", "1"]);
    const without = after(...open, { type: "events", at: 1, events: [{ change: { operationType: "insert" } }] }, { type: "lost" }, opened);
    expect(lines(without.shown)[0]).toBe("reopenedLate");
  });

  test("what is not open is not waited for", () => {
    expect(after({ type: "lost" }).status.kind).toBe("idle");
    expect(after(...open, { type: "stopped" }, { type: "lost" }).status.kind).toBe("idle");
  });

  test("the place is kept where the stream may go on, and dropped where it may not", () => {
    const closedBy = (reason: string) => after(...open, events(1, 1), { type: "closed", reason }).after;
    expect(["slow", "failed", "forbidden", "changed"].map(closedBy)).toEqual(["p1", "p1", "p1", "p1"]);
    expect(["removed", "dropped", "history_lost"].map(closedBy)).toEqual([undefined, undefined, undefined]);
  });

  test("going on keeps what is there; opening anew does not, and its lines get new numbers", () => {
    const before = after(...open, events(1, 2), { type: "stopped" });
    expect(reduceFeed(before, { type: "opening", asked, goOn: true }).shown).toBe(before.shown);
    const anew = [opening, opened, events(3, 3)].reduce(reduceFeed, before);
    expect(lines(anew.shown)).toEqual(["3"]);
    expect(anew.shown[0]?.n).toBeGreaterThan(before.shown[0]?.n ?? 0);
    expect(anew.counts).toEqual({ insert: 1 });
  });

  test("a refusal is not live", () => {
    const error = new ChatError("BAD_REQUEST", "variable n not bound", false);
    const refused = after(opening, { type: "refused", error });
    expect(isLive(refused)).toBe(false);
    expect(refused.status).toEqual({ kind: "refused", error });
  });
});

describe("a change as it is kept", () => {
  test("its kind, or only that it is one", () => {
    expect(changeOf({ operationType: "replace" }).kind).toBe("replace");
    expect(changeOf({ fullDocument: {} }).kind).toBe("change");
    expect(changeOf({ operationType: "constructor" }).kind).toBe("change");
  });

  test("one too large says so", () => {
    expect(changeOf({ skipped: "too_large", operationType: "insert" }).skipped).toBe(true);
    expect(changeOf({ operationType: "insert" }).skipped).toBe(false);
  });

  test.each<[unknown, string]>([
    [{ _id: { $oid: "64b0c1d2e3f4a5b6c7d8e9f0" } }, "64b0c1d2e3f4a5b6c7d8e9f0"],
    [{ _id: "a b" }, "a b"],
    [{ _id: 5 }, "5"],
    [{ _id: { a: 1, b: "x" } }, '{"a":1,"b":"x"}'],
    [{ _id: 1, region: "eu" }, "_id: 1, region: eu"],
    [undefined, ""],
  ])("the key %j reads %j", (key, text) => {
    expect(keyText(key)).toBe(text);
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ["a document", { fullDocument: { _id: 1, n: 5, name: "uji", tags: ["a"] } }, 'n: 5, name: uji, tags: ["a"]'],
  ["an update", { fullDocument: { _id: 1, n: 5 }, updateDescription: { updatedFields: { n: 6 } } }, "n: 6"],
  ["an insert", { fullDocument: { _id: 1, n: 5 }, updateDescription: null }, "n: 5"],
  ["a delete", { documentKey: { _id: 1 } }, ""],
  ["much", { fullDocument: { text: "x".repeat(1000) } }, `text: ${"x".repeat(154)}…`],
])("the line of %s tells what it says", (_, change, text) => {
  expect(changeOf(change).preview).toBe(text);
});

test("news for those who listen", () => {
  expect(newsText({ insert: 1 }, { insert: 3, delete: 1 })).toBe("3 new events: 2 insert, 1 delete");
  expect(newsText({}, { update: 1 })).toBe("1 new event: 1 update");
  expect(newsText({ insert: 3 }, {})).toBe("");
});
