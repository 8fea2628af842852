import { expect, test } from "vitest";
import { ChatError } from "../../client/src/index";
import { statusOf } from "./status";

test("where the connection stands, and since when it is gone", () => {
  expect(statusOf({ kind: "connecting" }, undefined)).toEqual({ kind: "connecting" });
  expect(statusOf({ kind: "connecting" }, 5)).toEqual({ kind: "retrying", since: 5 });
  expect(statusOf({ kind: "offline", retryAt: 9 }, 5)).toEqual({ kind: "waiting", since: 5, retryAt: 9 });
  expect(statusOf({ kind: "online" }, undefined)).toEqual({ kind: "online" });
});

test("a refusal is about the token, which another one cures, or about its user, which none does", () => {
  const about = (code: string) => statusOf({ kind: "refused", error: new ChatError(code, "no", false) }, undefined).kind;
  expect(["UNAUTHENTICATED", "TOKEN_EXPIRED", "FORBIDDEN"].map(about)).toEqual(["refused", "refused", "ended"]);
});
