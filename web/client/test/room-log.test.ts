import { expect, test, vi } from "vitest";
import { ChatError } from "../src/errors.js";
import { RoomLog } from "../src/room-log.js";
import type { LogEvent, Page } from "../src/wire.js";

/** How long a log may take to be whole once every question is answered. */
const PATIENCE_MS = 10_000;

/** Numbers at random that are the same at every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const event = (seq: number): LogEvent => ({ event: "new_message", roomId: "general", seq });
const upTo = (first: number, last: number): number[] => Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);

/** A room's log as a server has it, its answers held back until they are let go. */
class World {
  reached = 0;
  /** From here on the log is kept. */
  first = 1;
  readonly applied: number[] = [];
  readonly resets: number[] = [];
  readonly held: { answer: () => void; fail: () => void }[] = [];
  readonly log: RoomLog;

  constructor(private readonly random: (below: number) => number, since?: number) {
    const source = {
      join: (last: number | undefined, take: (page: Page) => void) => this.#hold(() => take(last === undefined ? { events: [], more: false, lastSeq: this.reached } : this.#page(last))),
      sync: (last: number, take: (page: Page) => void) => this.#hold(() => take(this.#page(last))),
    };
    this.log = new RoomLog(source, {
      apply: ({ seq }) => this.applied.push(seq),
      reset: (_, lastSeq) => {
        this.resets.push(lastSeq);
        this.applied.length = 0;
      },
      caughtUp: () => {},
      refused: (error) => {
        throw error;
      },
    }, since, () => 0);
  }

  #page(since: number): Page {
    if (since > this.reached) return { events: [], more: false, lastSeq: this.reached, reset: "ahead" };
    if (since + 1 < this.first) return { events: [], more: false, lastSeq: this.reached, reset: "trimmed" };
    const end = Math.min(this.reached, since + this.random(4)); // an empty page with more is allowed
    return { events: upTo(since + 1, end).map(event), more: end < this.reached, lastSeq: this.reached };
  }

  #hold(answer: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.held.push({
        answer: () => (answer(), resolve()),
        fail: () => reject(new ChatError("TIMEOUT", "lost", true)),
      });
    });
  }
}

/** Lets every promise and timer of no length go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("whatever the order, the doubles, the holes and the resets, what is applied is the log", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomOf(seed);
    const world = new World(random, seed % 2 ? 0 : undefined);
    let from = seed % 2 ? 0 : -1; // unknown until the first join
    world.log.begin();
    for (let step = 0; step < 120; step++) {
      const what = random(12);
      if (what < 6) {
        world.reached++;
        if (random(3) > 0) world.log.receive(event(world.reached)); // else lost
      } else if (what === 6 && world.reached > 0) world.log.receive(event(1 + random(world.reached))); // late or double
      else if (what === 7) {
        // The connection is lost and there is another; what was asked on the first is answered late or never.
        world.log.end();
        world.log.begin();
      } else if (what === 8 && random(4) === 0) world.first = world.reached + 1;
      else if (what === 9) world.held.shift()?.fail();
      else world.held.shift()?.answer();
      if (random(2)) await turn();
    }
    world.reached++;
    world.log.receive(event(world.reached));
    const end = performance.now() + PATIENCE_MS;
    while ((world.held.length > 0 || world.log.last !== world.reached) && performance.now() < end) {
      world.held.shift()?.answer();
      await turn();
    }
    expect(world.log.last, `seed ${seed}`).toBe(world.reached);
    if (world.resets.length > 0) from = world.resets.at(-1) ?? 0;
    else if (from < 0) from = (world.applied[0] ?? world.reached + 1) - 1;
    expect(world.applied, `seed ${seed}`).toEqual(upTo(from + 1, world.reached));
  }
}, 30_000);

test("the next is applied at once, a known one dropped, and a hole asked for once", async () => {
  const world = new World(() => 3);
  world.reached = 5;
  world.log.begin();
  world.held.shift()?.answer();
  for (const seq of [6, 6, 3, 9, 10]) {
    world.reached = Math.max(world.reached, seq);
    world.log.receive(event(seq));
  }
  expect(world.applied).toEqual([6]);
  expect(world.held).toHaveLength(1);
  while (world.held.length > 0) {
    world.held.shift()?.answer();
    await turn();
  }
  expect(world.applied).toEqual([6, 7, 8, 9, 10]);
});

test("a reset that is told live voids the answer under way, and the next event follows it", async () => {
  const world = new World(() => 3);
  world.log.begin();
  world.held.shift()?.answer();
  world.reached = 30;
  world.log.receive(event(30));
  world.log.resetTo("too_far", 40);
  world.held.shift()?.answer();
  await turn();
  world.reached = 41;
  world.log.receive(event(41));
  world.held.shift()?.answer();
  await turn();
  expect(world.resets).toEqual([40]);
  expect(world.applied).toEqual([41]);
});

test("of another log the next join tells where it is", () => {
  const world = new World(() => 0, 7);
  world.reached = 7;
  world.log.begin();
  world.held.shift()?.answer();
  world.log.forget();
  world.reached = 3;
  world.log.begin();
  world.held.shift()?.answer();
  world.reached = 4;
  world.log.receive(event(4));
  expect(world.resets).toEqual([3]);
  expect(world.applied).toEqual([4]);
});

test("nothing live is applied before the join says that the numbers hold", () => {
  const world = new World(() => 3, 7);
  world.reached = 3; // the log was restored
  world.log.begin();
  world.log.receive(event(8));
  expect(world.applied).toEqual([]);
  world.held.shift()?.answer();
  expect(world.resets).toEqual([3]);
});

test("what was heard before an older answer is asked for", async () => {
  const world = new World(() => 3, 5);
  world.reached = 5;
  world.log.begin();
  world.log.receive(event(6));
  world.held.shift()?.answer();
  await vi.waitFor(() => expect(world.held).toHaveLength(1));
  world.reached = 6;
  world.held.shift()?.answer();
  expect(world.applied).toEqual([6]);
});

test("an answer from before a reset moves nothing back", async () => {
  const world = new World(() => 3, 5);
  world.reached = 30;
  world.first = 20;
  world.log.begin();
  world.log.resetTo("too_far", 40);
  world.held.shift()?.answer();
  await turn();
  expect(world.resets).toEqual([40]);
  expect(world.log.last).toBe(40);
});

test("an answer on a connection that is gone tells nothing", () => {
  const world = new World(() => 3, 0);
  world.reached = 3;
  world.log.begin();
  world.log.end();
  world.held.shift()?.answer();
  expect(world.applied).toEqual([]);
});

test("a log of which nothing was told begins where it is said, one that goes back tells again", async () => {
  const world = new World(() => 3);
  world.reached = 5;
  void world.log.begin(3);
  world.held.shift()?.answer();
  expect(world.applied).toEqual([4, 5]);
  void world.log.begin(4);
  world.held.shift()?.answer();
  expect(world.applied).toEqual([4, 5]);
  void world.log.rewind(2);
  world.reached = 6;
  world.log.receive(event(6));
  world.held.shift()?.answer();
  await vi.waitFor(() => {
    world.held.shift()?.answer();
    expect(world.applied).toEqual([4, 5, 3, 4, 5, 6]);
  });
});

test("a log that has ended tells nothing that comes, and goes on where it was", () => {
  const world = new World(() => 3, 5);
  world.reached = 5;
  void world.log.begin();
  world.held.shift()?.answer();
  world.log.end();
  world.log.receive(event(6));
  expect(world.applied).toEqual([]);
  world.reached = 7;
  void world.log.begin();
  world.held.shift()?.answer();
  expect(world.applied).toEqual([6, 7]);
});
