// What may be made of a member, as a menu.

import { t } from "../i18n/en/details";
import type { Member, Role, Room } from "../protocol";
import { grantable } from "../rooms/rights";
import type { Action } from "../ui/ActionMenu";

export type MemberStep = { kind: "role"; role: Role } | { kind: "back" } | { kind: "remove" } | { kind: "ban" };

const labels = { reader: "makeReader", member: "makeMember", moderator: "makeModerator", owner: "makeOwner" } as const satisfies Record<Role, string>;

export function isBanned(member: Member, now: number): boolean {
  return member.bannedUntil !== undefined && Date.parse(member.bannedUntil) > now;
}

/** Whether somebody has no way in: he was taken out, or is banned. */
export function isOut(member: Member, now: number): boolean {
  return member.role === undefined || isBanned(member, now);
}

export function actionsFor(room: Room, member: Member, now: number, run: (step: MemberStep) => void): Action[] {
  const roles = grantable(room, member.role);
  if (roles.length === 0) return [];
  if (isOut(member, now)) return [{ id: "back", label: t(isBanned(member, now) ? "liftBan" : "letIn"), icon: "retry", run: () => run({ kind: "back" }) }];
  return [
    ...roles
      .filter((role) => role !== member.role)
      .map((role): Action => ({ id: role, label: t(role === "member" && member.role === "reader" ? "letWrite" : labels[role]), icon: role === "reader" ? "pause" : "person", run: () => run({ kind: "role", role }) })),
    { id: "remove", label: t("takeOut"), icon: "leave", danger: true, run: () => run({ kind: "remove" }) },
    { id: "ban", label: t("banMenu"), icon: "ban", danger: true, run: () => run({ kind: "ban" }) },
  ];
}
