import { expect, test } from "vitest";
import type { Member, Role, Room } from "../protocol";
import { unknownRoom } from "../protocol-rooms";
import { actionsFor, isBanned } from "./memberActions";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const room = (role: Role): Room => ({ ...unknownRoom("r"), role });
const ids = (mine: Role, member: Partial<Member>) => actionsFor(room(mine), { userId: "u", role: "member", ...member }, NOW, () => undefined).map(({ id }) => id);

test("owners may do all, moderators only what is theirs, members nothing", () => {
  expect(ids("owner", {})).toEqual(["reader", "moderator", "owner", "remove", "ban"]);
  expect(ids("moderator", {})).toEqual(["reader", "remove", "ban"]);
  expect(ids("moderator", { role: "reader" })).toEqual(["member", "remove", "ban"]);
  expect(ids("moderator", { role: "owner" })).toEqual([]);
  expect(ids("member", {})).toEqual([]);
});

test("who is out is let in again, and a ban ends by itself", () => {
  expect(ids("moderator", { role: undefined })).toEqual(["back"]);
  expect(ids("owner", { bannedUntil: "2026-01-01T00:00:01.000Z" })).toEqual(["back"]);
  expect(isBanned({ userId: "u", role: "member", bannedUntil: "2025-12-31T23:59:59.000Z" }, NOW)).toBe(false);
});
