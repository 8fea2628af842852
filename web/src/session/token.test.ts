import { expect, test } from "vitest";
import { readToken } from "./token";

function jwt(claims: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const body = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `eyJhbGciOiJIUzI1NiJ9.${body}.c2ln`;
}

test("reads who speaks and until when, in any script", () => {
  expect(readToken(jwt({ sub: "ann", name: "Änne 雨 😀", exp: 2, roles: ["admin", 7] }))).toEqual({
    user: { id: "ann", name: "Änne 雨 😀", roles: ["admin"] },
    expiresAt: 2000,
  });
});

test("its id is its jti, where it has one", () => {
  expect(readToken(jwt({ sub: "a:1", exp: 2, jti: "j1" }))?.id).toBe("j1");
  for (const jti of [undefined, "", 7]) expect(readToken(jwt({ sub: "a:1", exp: 2, jti }))?.id).toBeUndefined();
});

test("a nameless one is called by its sub", () => {
  expect(readToken(jwt({ sub: "ann", exp: 2 }))?.user.name).toBe("ann");
});

test.each(["", "x", "a.b.c", "a.!!!.c", jwt({ sub: "ann" }), jwt({ exp: 1 }), jwt([])])("%s is no token", (token) => {
  expect(readToken(token)).toBeUndefined();
});
