import { expect, test, vi } from "vitest";

// Node 20 has no navigator; a browser always has.
vi.hoisted(() => vi.stubGlobal("navigator", { languages: ["en-GB"] }));

import type { AuditEntry } from "../decode";
import { ACTIONS, type Part, sentenceOf } from "./sentence";

function said(action: string, more: Partial<AuditEntry> = {}, withRoom = true): string {
  const entry: AuditEntry = { id: "1", timestamp: "", actor: "ann", action, roomId: "r", userId: "bo", seq: 3, details: {}, ...more };
  return sentenceOf(entry, withRoom).map(wordOf).join("");
}

function wordOf(part: Part): string {
  if (typeof part === "string") return part;
  return "user" in part ? `<${part.user}>` : `#${part.room}`;
}

test.each([
  ["set_member", { role: "moderator" }, "<ann> made <bo> a moderator in #r"],
  ["set_member", { role: "owner" }, "<ann> made <bo> an owner in #r"],
  ["set_member", { role: "reader" }, "<ann> muted <bo> in #r: may only read"],
  ["set_member", { role: null }, "<ann> took <bo> out in #r"],
  ["delete_message", {}, "<ann> deleted a message of <bo> in #r"],
  ["decide_report", { state: "dismissed" }, "<ann> dismissed a report of a message of <bo> in #r"],
  ["decide_report", { state: "open" }, "<ann> opened again a report of a message of <bo> in #r"],
  ["create_invitation", { id: "x" }, "<ann> made an invitation in #r"],
  ["remove_invitation", { id: "x" }, "<ann> revoked an invitation in #r"],
  ["update_room", { name: "News", topic: "", readOnly: true, slowModeMs: 60_000, archived: false }, "<ann> changed the settings of #r: named “News”, read-only, slow mode 1 minute"],
])("%s %j", (action, details, words) => {
  expect(said(action, { details })).toBe(words);
});

test("a ban says until when, whatever role goes with it", () => {
  for (const role of [null, "member"]) {
    expect(said("set_member", { details: { role, bannedUntil: "2030-05-05T12:00:00.000Z" } })).toMatch(/^<ann> banned <bo> in #r until .*2030/);
  }
});

test("what a newer server notes is said as it is called; a room that is known from the place is not named", () => {
  expect(said("erase_user", { details: { reason: "asked" } })).toBe("<ann> did “erase user” to <bo> in #r");
  expect(said("delete_message", {}, false)).toBe("<ann> deleted a message of <bo>");
});

test("each action one may ask for has words of its own", () => {
  for (const { value } of ACTIONS) expect(said(value)).not.toContain("did “");
});
