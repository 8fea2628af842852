import { expect, test, vi } from "vitest";

// Node 20 has no navigator; a browser always has.
vi.hoisted(() => vi.stubGlobal("navigator", { languages: ["en-GB"] }));

import { ChatError } from "../../client/src/index";
import { nameRefusal, passwordRefusal } from "./refusals";

const wrong = (field: string) => new ChatError("BAD_REQUEST", `${field}: must be otherwise`, false, 0, field);

test("of a name that cannot be, it is said what one is made of; anything else is said as everywhere", () => {
  expect(nameRefusal(wrong("name"))).toMatch(/^This name is not possible\..*\b64\b/);
  expect(nameRefusal(new ChatError("UNAVAILABLE", "there is no connection to the server", true))).toBe("There is no connection to the server");
});

test("a refusal of a password is said where it is to be mended", () => {
  expect(passwordRefusal(new ChatError("UNAUTHENTICATED", "a valid token is needed", false)).password).toBeUndefined();
  expect(passwordRefusal(wrong("password"))).toEqual({ password: "This is not your current password." });
  expect(passwordRefusal(wrong("newPassword"))).toEqual({ next: "A password has 8 to 256 characters." });
  expect(passwordRefusal(new ChatError("RATE_LIMITED", "too many", true, 4_200, undefined, "sign_ins"))).toEqual({ form: "Too many failed attempts. Try again in 5 seconds." });
  expect(passwordRefusal(new ChatError("UNAVAILABLE", "The server cannot be reached.", true))).toEqual({ form: "The server cannot be reached." });
});
