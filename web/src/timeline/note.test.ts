import type { ComponentChildren, VNode } from "preact";
import { expect, test } from "vitest";
import type { MemberUpdated, RoomSettings } from "../protocol";
import type { Note } from "./log";
import { noteSentences } from "./note";

const names: Record<string, string> = { ann: "Ann", bo: "Bo" };
const textOf = (child: ComponentChildren): string => (Array.isArray(child) ? child.map(textOf).join("") : typeof child === "string" ? child : textOf((child as VNode<{ children: string }>).props.children));
const say = (note: Note) => noteSentences(note, "me", (id) => names[id] ?? id, (at) => new Date(at).toISOString()).map(textOf).join(" · ");
const member = (more: Partial<MemberUpdated>): Note => ({ event: "member_updated", roomId: "r", seq: 2, userId: "bo", role: "member", author: "ann", ...more });
const settings: RoomSettings = { name: "Tea", topic: "", readOnly: false, slowModeMs: 0, archived: false, receipts: false, pins: "3" };
const update = (more: Partial<RoomSettings>): Note => ({ event: "room_updated", roomId: "r", seq: 3, author: "ann", ...settings, ...more, before: settings });

test("members", () => {
  expect(say(member({}))).toBe("Ann made Bo a member");
  expect(say(member({ userId: "me", role: "owner" }))).toBe("Ann made you an owner");
  expect(say(member({ author: "me", role: undefined }))).toBe("You took Bo out of the room");
  expect(say(member({ userId: "ann" }))).toBe("Ann joined");
  expect(say(member({ userId: "ann", role: undefined }))).toBe("Ann left");
  expect(say(member({ bannedUntil: "2026-05-04T10:00:00.000Z", role: undefined }))).toMatch(/^Ann banned Bo until .*2026/);
});

test("settings", () => {
  expect(say(update({ name: "Coffee" }))).toBe("Ann named the room Coffee");
  expect(say(update({ readOnly: true, slowModeMs: 5000, archived: true }))).toBe("Ann made the room read-only · Ann set slow mode to 5 s · Ann archived the room");
  expect(say(update({ pins: "3,5" }))).toBe("Ann pinned a message");
  expect(say(update({ pins: "" }))).toBe("Ann took a pin away");
  expect(say(update({}))).toBe("Ann changed the room’s settings");
});
