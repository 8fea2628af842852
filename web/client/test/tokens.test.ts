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
