import { expect, test, vi } from "vitest";
import type { Profile } from "../protocol";
import { People } from "./people";

/** A server that says what people are called, and what it was asked. An answer that is held comes with `answer`. */
function world(names: Record<string, string>) {
  const asked: (readonly string[])[] = [];
  const held: (() => void)[] = [];
  let isHeld = false;
  const people = new People({ id: "me", name: "Token" }, {
    people: (ids) => {
      asked.push(ids);
      const answer = ids.map((id): Profile => ({ id, name: names[id] ?? "" }));
      return isHeld ? new Promise((resolve) => held.push(() => resolve(answer))) : Promise.resolve(answer);
    },
  });
  return { people, asked, hold: (yes: boolean) => (isHeld = yes), answer: () => held.shift()?.() };
}

test("one's own name is the token's until the profile says another", async () => {
  const { people, asked } = world({ me: "Ann of the Hills" });
  expect(people.name("me")).toBe("Token");
  await vi.waitFor(() => expect(people.name("me")).toBe("Ann of the Hills"));
  people.learn([{ id: "me", name: "Ann", status: "dnd" }]);
  expect([people.name("me"), people.status("me")]).toEqual(["Ann", "dnd"]);
  people.learn([{ id: "me", name: "Ann" }]);
  expect(people.status("me")).toBeUndefined();
  expect(asked).toEqual([["me"]]);
});

test("a message with another name has its author asked about, once a minute whatever he signs with", async () => {
  const names = { ann: "Ann", hook: "News" };
  const { people, asked } = world(names);
  people.signed("ann", "Anna"); // nobody shows her
  for (const id of ["ann", "hook"]) people.name(id);
  await vi.waitFor(() => expect(people.name("hook")).toBe("News"));
  people.signed("ann", "Ann");
  people.signed("ann");
  names.ann = "Anna";
  people.signed("ann", "Anna");
  await vi.waitFor(() => expect(people.name("ann")).toBe("Anna"));
  // A program signs as it likes, and is called otherwise all the same.
  people.signed("hook", "Sports");
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  people.signed("hook", "Weather");
  people.again(["ann", "cleo"]);
  await vi.waitFor(() => expect(asked).toHaveLength(4));
  const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
  people.signed("hook", "Weather");
  await vi.waitFor(() => expect(asked).toHaveLength(5));
  later.mockRestore();
  expect(asked).toEqual([["ann", "hook"], ["ann"], ["hook"], ["ann"], ["hook"]]);
});

test("who is wanted again while an answer is on its way is asked for again: it may be older", async () => {
  const names = { ann: "Ann" };
  const { people, asked, hold, answer } = world(names);
  people.name("ann");
  await vi.waitFor(() => expect(people.name("ann")).toBe("Ann"));
  hold(true);
  people.again(["ann"]);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  names.ann = "Anna";
  people.again(["ann"]);
  answer();
  hold(false);
  await vi.waitFor(() => expect(people.name("ann")).toBe("Anna"));
});

test("whom the server does not know is called by his id, which is known once it was asked, until he signs with a name", async () => {
  const people = new People({ id: "me", name: "Me" }, { people: async (ids) => ids.filter((id) => id === "ann").map((id) => ({ id, name: "Ann" })) });
  for (const id of ["ann", "ghost"]) {
    people.name(id);
    expect(people.isNamed(id)).toBe(false);
  }
  await vi.waitFor(() => expect(["ann", "ghost"].map((id) => people.isNamed(id))).toEqual([true, true]));
  expect([people.name("ann"), people.name("ghost")]).toEqual(["Ann", "ghost"]);
  people.signed("ghost", "Gus");
  people.signed("ann", "Anna"); // her profile says otherwise
  expect([people.name("ann"), people.name("ghost")]).toEqual(["Ann", "Gus"]);
});
