import { expect, test } from "vitest";
import { Tokens } from "../src/tokens.js";

test("a token is fetched once, until it is dropped", async () => {
  let asked = 0;
  const tokens = new Tokens(() => Promise.resolve(`token ${asked++}`));
  expect(await tokens.get()).toEqual({ token: "token 0", fresh: true });
  expect(await tokens.get()).toEqual({ token: "token 0", fresh: false });
  tokens.drop();
  expect(await tokens.get()).toEqual({ token: "token 1", fresh: true });
});

test("a source that fails is asked again", async () => {
  let asked = 0;
  const tokens = new Tokens(() => {
    if (asked++ === 0) throw new Error("away");
    return "token";
  });
  await expect(tokens.get()).rejects.toThrow("away");
  expect(await tokens.get()).toEqual({ token: "token", fresh: true });
});

// The connection ends while its successor's token is awaited: a page's user signs in but once.
test("a token that is being fetched is kept for whoever asks next", async () => {
  let give = (_: string): void => undefined;
  let asked = 0;
  const tokens = new Tokens(() => {
    asked++;
    return asked === 1 ? "old" : new Promise<string>((resolve) => (give = resolve));
  });
  await tokens.get();
  tokens.drop();
  const renewing = tokens.get();
  await Promise.resolve(); // it is asked for
  tokens.drop(); // the server closes: the old one has expired
  const next = tokens.get();
  await Promise.resolve(); // it would be asked for by now
  expect(asked).toBe(2);
  give("new");
  expect(await next).toEqual({ token: "new", fresh: false });
  expect(await renewing).toEqual({ token: "new", fresh: true });
  expect(asked).toBe(2);
  tokens.drop();
  void tokens.get();
  await Promise.resolve();
  expect(asked).toBe(3);
});
