import { describe, expect, test } from "vitest";
import type { Role, Room } from "../protocol";
import { unknownRoom } from "../protocol-rooms";
import { grantable, mayManage, mayModerate, paceOf, whyNotWrite } from "./rights";

const room = (role: Role | undefined, more: Partial<Room> = {}): Room => ({ ...unknownRoom("r"), role, ...more });

describe("rights", () => {
  test("who writes", () => {
    expect(whyNotWrite(room("member"))).toBeUndefined();
    expect(whyNotWrite(room(undefined))).toBeUndefined();
    expect(whyNotWrite(room("reader"))).toContain("not write");
    expect(whyNotWrite(room("member", { readOnly: true }))).toContain("Only moderators");
    expect(whyNotWrite(room("moderator", { readOnly: true }))).toBeUndefined();
    expect(whyNotWrite(room("owner", { archived: true }))).toContain("archived");
  });
  test("slow mode is for members", () => {
    expect(paceOf(room("member", { slowModeMs: 5000 }))).toBe(5000);
    expect(paceOf(room("moderator", { slowModeMs: 5000 }))).toBe(0);
  });
  test("moderators set readers and members who are no moderators; owners set all; nobody in direct rooms", () => {
    expect(grantable(room("member"), "member")).toEqual([]);
    expect(grantable(room("moderator"), "member")).toEqual(["reader", "member"]);
    expect(grantable(room("moderator"), undefined)).toEqual(["reader", "member"]);
    expect(grantable(room("moderator"), "moderator")).toEqual([]);
    expect(grantable(room("owner"), "owner")).toEqual(["reader", "member", "moderator", "owner"]);
    expect(grantable(room("owner", { type: "direct" }), "member")).toEqual([]);
  });
  test("moderators moderate, owners manage", () => {
    expect([mayModerate(room("moderator")), mayManage(room("moderator"))]).toEqual([true, false]);
    expect([mayModerate(room("member")), mayManage(room("owner"))]).toEqual([false, true]);
    expect(mayModerate(room("moderator", { type: "direct" }))).toBe(false);
  });
});
