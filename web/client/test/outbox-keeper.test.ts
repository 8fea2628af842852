import { expect, test, vi } from "vitest";
import { Keeper, type OutboxStorage } from "../src/outbox-keeper.js";
import { memoryStore, type OutboxEntry, type OutboxStore } from "../src/outbox-store.js";

const entry = (clientId: string): OutboxEntry => ({ clientId, user: "ann", order: 1, event: "send_message", roomId: "general", payload: {} });

/** A store of so many entries at most. */
function small(most: number): OutboxStore {
  const { load, put, remove } = memoryStore();
  return {
    load,
    remove,
    put: async (one) => {
      if ((await load()).length >= most) throw new DOMException("no more", "QuotaExceededError");
      await put(one);
    },
  };
}

const ids = async (store: OutboxStore): Promise<string[]> => (await store.load()).map(({ clientId }) => clientId);

test("a store that is full is told of, and what it did not take it takes when there is room", async () => {
  const store = small(1);
  const told: OutboxStorage[] = [];
  const keeper = new Keeper(store, (storage) => told.push(storage));
  for (const clientId of ["a", "b", "c"]) await keeper.put(entry(clientId));
  expect([await ids(store), told]).toEqual([["a"], [{ kind: "memory", reason: "full" }]]);
  await keeper.remove("b");
  await keeper.remove("a");
  await vi.waitFor(async () => expect(await ids(store)).toEqual(["c"]));
  await vi.waitFor(() => expect(told).toEqual([{ kind: "memory", reason: "full" }, { kind: "kept" }]));
});

test("why nothing is kept is told as the browser names it", async () => {
  for (const [name, reason] of [["SecurityError", "forbidden"], ["InvalidStateError", "forbidden"], ["UnknownError", "failed"]] as const) {
    const told: OutboxStorage[] = [];
    const fail = (): Promise<never> => Promise.reject(new DOMException("no", name));
    const keeper = new Keeper({ load: fail, put: fail, remove: fail }, (storage) => told.push(storage));
    const taken: unknown[] = [];
    await keeper.load((entries) => taken.push(entries));
    await keeper.put(entry("a"));
    expect([told, taken]).toEqual([[{ kind: "memory", reason }], [[]]]);
  }
  expect(new Keeper(memoryStore(), () => {}).storage).toEqual({ kind: "memory", reason: "absent" });
});

test("of what a silent store has not begun only the last is done when it answers", async () => {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const kept = memoryStore();
  const done: string[] = [];
  const store: OutboxStore = {
    load: kept.load,
    put: async (one) => {
      await answered;
      done.push(`put ${one.clientId}`);
    },
    remove: async (clientId) => {
      await answered;
      done.push(`remove ${clientId}`);
    },
  };
  const told: string[] = [];
  const keeper = new Keeper(store, (storage) => told.push(storage.kind), 1);
  await keeper.put(entry("a"));
  for (const clientId of ["b", "c"]) await keeper.put(entry(clientId));
  for (const clientId of ["a", "c"]) await keeper.remove(clientId);
  expect([done, told]).toEqual([[], ["memory"]]);
  answer();
  await vi.waitFor(() => expect(done.toSorted()).toEqual(["put a", "put b", "remove a", "remove c"]));
  expect(done.indexOf("put a")).toBeLessThan(done.indexOf("remove a"));
  await vi.waitFor(() => expect(told).toEqual(["memory", "kept"]));
});
