import { expect, test } from "vitest";
import { Renewals } from "./renewals";

test("the session's token is given once; asked again, one waits until there is another", async () => {
  const session = { token: "first", user: { id: "ann", name: "Ann", roles: [] }, expiresAt: 0 };
  const renewals = new Renewals(session);
  expect(renewals.next()).toBe("first");
  expect(renewals.wanted.value).toBe(false);
  const answers = [renewals.next(), renewals.next()];
  expect(renewals.wanted.value).toBe(true);
  session.token = "second";
  renewals.renewed();
  expect(await Promise.all(answers)).toEqual(["second", "second"]);
  expect(renewals.wanted.value).toBe(false);
  // It was given already.
  expect(typeof renewals.next()).toBe("object");
});

test("one that came without being asked for is given the next time", () => {
  const session = { token: "first", user: { id: "ann", name: "Ann", roles: [] }, expiresAt: 0 };
  const renewals = new Renewals(session);
  void renewals.next();
  session.token = "second";
  renewals.renewed();
  expect(renewals.next()).toBe("second");
});
