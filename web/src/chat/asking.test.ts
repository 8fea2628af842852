import { afterEach, expect, test } from "vitest";
import { ChatError } from "../../client/src/index";
import { chat } from "../i18n/de/chat";
import { errors } from "../i18n/de/errors";
import { spoken } from "../i18n/language";
import { decodeError } from "../protocol-decode";
import { messageOf, wordsOf } from "./asking";

afterEach(() => {
  spoken.value = { tag: "en", texts: undefined };
});

const speakGerman = () => {
  spoken.value = { tag: "de", texts: { chat, errors } };
};

test("an error is said in the language that is spoken when it is read", () => {
  const said = wordsOf(new ChatError("FORBIDDEN", "the room is read-only", false, 0, undefined, "read_only"));
  expect(said.text).toBe("The room is read-only");
  speakGerman();
  expect(said.text).toBe(errors.readOnly);
});

test("what is wrong with a field that people fill in is said in the page's language, anything else in the server's words", () => {
  speakGerman();
  const about = (field: string, code = "BAD_REQUEST") => messageOf(new ChatError(code, `${field}: must be otherwise`, false, 0, field));
  expect([about("name"), about("password"), about("topic")]).toEqual([errors.name, errors.password, errors.topic]);
  expect(about("file", "UNSUPPORTED_MEDIA")).toBe(errors.media);
  expect(about("seq", "NOT_FOUND")).toBe(errors.notFound);
  expect(about("expiresInMs")).toBe("ExpiresInMs: must be otherwise");
  expect(messageOf(new ChatError("CONFLICT", "the room has 100 pinned messages", false, 0, undefined, "pins"))).toBe(errors.pins);
  expect(messageOf(new TypeError("undefined is not a function"))).toBe(chat.wentWrong);
});

test("that the server answers but is not ready is told from that it cannot be reached", () => {
  const answered = decodeError({ code: "UNAVAILABLE", message: "the database does not answer", retryable: true });
  const unreached = new ChatError("UNAVAILABLE", "The server cannot be reached.", true);
  expect([messageOf(answered), messageOf(unreached)]).toEqual(["The database does not answer", "The server cannot be reached."]);
  speakGerman();
  expect([messageOf(answered), messageOf(unreached)]).toEqual([errors.notReady, errors.unavailable]);
});
