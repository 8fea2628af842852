import { expect, test } from "vitest";
import { Drafts } from "./drafts";

class Store {
  readonly items = new Map<string, string>();
  full = false;
  getItem = (key: string) => this.items.get(key) ?? null;
  removeItem = (key: string) => void this.items.delete(key);
  setItem = (key: string, value: string) => {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  };
}

test("a draft is kept by user and room, and gone once it is empty", () => {
  const store = new Store();
  new Drafts("ann", () => store).set("general", "half a");
  expect(new Drafts("ann", () => store).get("general")).toBe("half a");
  expect(new Drafts("bo", () => store).get("general")).toBe("");
  expect(new Drafts("ann", () => store).get("other")).toBe("");
  new Drafts("ann", () => store).set("general", "");
  expect(store.items.size).toBe(0);
});

test("what the storage does not take is there until the page goes", () => {
  const store = new Store();
  const drafts = new Drafts("ann", () => store);
  drafts.set("general", "first");
  store.full = true;
  drafts.set("general", "first and second");
  expect(drafts.get("general")).toBe("first and second");
  expect(drafts.atRisk.value).toBe("full");
  store.full = false;
  drafts.set("general", "third");
  expect(drafts.get("general")).toBe("third");
  expect(drafts.atRisk.value).toBeUndefined();
  expect(new Drafts("ann", () => store).get("general")).toBe("third");
});

test("where storage is forbidden a draft is there until the page goes", () => {
  const drafts = new Drafts("ann", () => {
    throw new DOMException("no", "SecurityError");
  });
  expect(drafts.get("general")).toBe("");
  drafts.set("general", "half a");
  expect([drafts.get("general"), drafts.atRisk.value]).toEqual(["half a", "none"]);
  drafts.set("general", "");
  expect([drafts.get("general"), drafts.atRisk.value]).toEqual(["", undefined]);
});

test("what a tab has at a place of its own stays, whatever another tab does there; who comes later has what was put last", () => {
  const store = new Store();
  const [here, there] = [new Drafts("ann", () => store), new Drafts("ann", () => store)];
  const own = here.own("general/edit");
  there.put("general/edit", "theirs");
  expect([own.value, here.own("general/edit").value, there.own("general/edit").value]).toEqual(["", "", "theirs"]);
  here.put("general/edit", "ours");
  expect([own.value, there.own("general/edit").value, new Drafts("ann", () => store).own("general/edit").value]).toEqual(["ours", "theirs", "ours"]);
});
