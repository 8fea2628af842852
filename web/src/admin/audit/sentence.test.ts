import { expect, test, vi } from "vitest";

// Node 20 has no navigator; a browser always has.
vi.hoisted(() => vi.stubGlobal("navigator", { languages: ["en-GB"] }));

import type { AuditEntry } from "../decode";
import { ACTIONS, sentenceOf } from "./sentence";

function said(action: string, more: Partial<AuditEntry> = {}, withRoom = true): string {
  const entry: AuditEntry = { id: "1", timestamp: "", actor: "ann", action, roomId: "r", userId: "bo", seq: 3, details: {}, ...more };
  return words(entry, withRoom);
}

function words(entry: AuditEntry, withRoom: boolean): string {
  const parts = sentenceOf(entry, withRoom, { person: (id) => `<${id}>`, room: (id) => `#${id}` });
  return [parts].flat().join("");
}

test.each([
  ["set_member", { role: "moderator" }, "<ann> made <bo> a moderator in #r"],
  ["set_member", { role: "owner" }, "<ann> made <bo> an owner in #r"],
  ["set_member", { role: "reader" }, "<ann> muted <bo> in #r: may only read"],
  ["set_member", { role: "reader", letIn: true }, "<ann> let <bo> in again in #r"],
  ["set_member", { role: null }, "<ann> took <bo> out in #r"],
  ["delete_message", {}, "<ann> deleted a message of <bo> in #r"],
  ["decide_report", { state: "dismissed" }, "<ann> dismissed a report of a message of <bo> in #r"],
  ["decide_report", { state: "open" }, "<ann> opened again a report of a message of <bo> in #r"],
  ["create_invitation", { id: "x" }, "<ann> made an invitation in #r"],
  ["remove_invitation", { id: "x" }, "<ann> revoked an invitation in #r"],
  ["set_pin", { seq: 7, on: true }, "<ann> pinned message 7 in #r"],
  ["set_pin", { seq: 7, on: false }, "<ann> took the pin off message 7 in #r"],
  ["update_room", { name: "News", topic: "", readOnly: true, slowModeMs: 60_000, archived: false }, "<ann> changed the settings of #r: named “News”, read-only, slow mode 1 minute"],
  ["create_bot", { name: "CI", rights: "post" }, "<ann> made the bot “CI” in #r: only posts"],
  ["remove_bot", { name: "CI", rights: "post_and_read" }, "<ann> removed the bot “CI” in #r: posts and reads"],
  ["create_hook", { name: "In" }, "<ann> made the incoming hook “In” in #r"],
  ["remove_hook", { name: "In" }, "<ann> removed the incoming hook “In” in #r"],
  ["create_webhook", { id: "w_1", host: "a.example" }, "<ann> made a webhook to a.example in #r"],
  ["remove_webhook", { id: "w_1", host: "a.example" }, "<ann> removed the webhook to a.example in #r"],
  ["set_webhook_cursor", { id: "w_1", host: "a.example", seq: 7 }, "<ann> had the webhook to a.example go on in #r behind number 7"],
  ["declare_stream", { stream: "posts/all", created: true }, "<ann> declared the stream posts/all"],
  ["declare_stream", { stream: "posts/all", created: false }, "<ann> changed the stream posts/all"],
  ["remove_stream", { stream: "posts/all" }, "<ann> removed the stream posts/all"],
  ["allow_streams", { path: "/posts", prefix: true }, "<ann> let more roles open the streams below /posts"],
  ["allow_streams", { path: "/posts/_streams/all", prefix: false }, "<ann> let more roles open the stream /posts/_streams/all"],
  ["disable_user", {}, "<ann> disabled <bo>"],
  ["enable_user", {}, "<ann> enabled <bo>"],
  ["revoke_tokens", {}, "<ann> ended all sessions of <bo>"],
  ["end_session", {}, "<ann> ended a session of <bo>"],
  ["revoke_token", { jti: "j" }, "<ann> revoked a token"],
])("%s %j", (action, details, words) => {
  expect(said(action, { details })).toBe(words);
});

test("a ban says until when, whatever role goes with it", () => {
  for (const role of [null, "member"]) {
    expect(said("set_member", { details: { role, bannedUntil: "2030-05-05T12:00:00.000Z" } })).toMatch(/^<ann> banned <bo> in #r until .*2030/);
  }
});

test("a bot that is not of one room says how many are open to it", () => {
  const made = (details: AuditEntry["details"]) => words({ id: "1", timestamp: "", actor: "ann", action: "create_bot", details }, true);
  expect(made({ name: "CI", rights: "post", rooms: ["a", "b"] })).toBe("<ann> made the bot “CI” for 2 rooms: only posts");
  expect(made({ name: "CI", rights: "post_and_read" })).toBe("<ann> made the bot “CI” for all rooms: posts and reads");
});

test("what a newer server notes is said as it is called; a room that is known from the place is not named", () => {
  expect(said("erase_user", { details: { reason: "asked" } })).toBe("<ann> did “erase user” to <bo> in #r");
  expect(said("delete_message", {}, false)).toBe("<ann> deleted a message of <bo>");
});

test("each action one may ask for has words of its own", () => {
  for (const { value } of ACTIONS) expect(said(value)).not.toContain("did “");
});
