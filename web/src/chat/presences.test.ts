import { expect, test, vi } from "vitest";
import type { Presence } from "../../client/src/index";
import { Presences } from "./presences";

/** A server that says how present people are, and what it was asked. */
function world() {
  const asked: (readonly string[])[] = [];
  let online = true;
  let tell = (_: Presence): void => undefined;
  const client = {
    presence: (ids: readonly string[]): Promise<Presence[]> => {
      asked.push(ids);
      return online ? Promise.resolve(ids.map((userId) => ({ userId, status: "online" }))) : Promise.reject(new Error("no connection"));
    },
    on: (_: string, listener: (presence: Presence) => void) => {
      tell = listener;
      return () => undefined;
    },
  };
  const presences = new Presences(client as never, "me");
  return { presences, asked, told: (userId: string, status: string) => tell({ userId, status }), goOffline: (yes: boolean) => (online = !yes) };
}

test("whoever is shown is asked for once, together, and carried on by what is told", async () => {
  const { presences, asked, told } = world();
  for (const id of ["ann", "bo", "ann"]) expect(presences.of(id)).toBeUndefined();
  await vi.waitFor(() => expect(presences.of("ann")?.status).toBe("online"));
  expect(asked).toEqual([["ann", "bo"]]);
  told("bo", "idle");
  told("cleo", "online");
  expect(presences.of("bo")?.status).toBe("idle");
  // Whom nobody shows is not kept: what is known of him would grow old.
  expect(presences.of("cleo")).toBeUndefined();
});

test("a lost connection knows of nobody, and the next one asks again", async () => {
  const { presences, asked, goOffline } = world();
  presences.of("ann");
  await vi.waitFor(() => expect(presences.of("ann")).toBeDefined());
  goOffline(true);
  presences.lost();
  expect(presences.of("ann")).toBeUndefined();
  presences.resume();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  goOffline(false);
  presences.resume();
  await vi.waitFor(() => expect(presences.of("ann")).toBeDefined());
});

test("of oneself the server is asked, whatever all others are told; and only where one is shown", async () => {
  const { presences, asked, told } = world();
  told("me", "offline");
  presences.again();
  presences.of("me");
  await vi.waitFor(() => expect(presences.of("me")?.status).toBe("online"));
  expect(asked).toEqual([["me"]]);
  told("me", "offline"); // so one is to others who is invisible
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(presences.of("me")?.status).toBe("online");
});
