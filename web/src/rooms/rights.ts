// What a role allows: the table of Rights in web/docs/protocol.md. The server decides; this is what is offered.

import { t } from "../i18n/en/rooms";
import { type Role, ROLES, type Room } from "../protocol";

export function roleName(role: Role): string {
  return t(role);
}

/** Whether a role allows all that another one does. */
export function isAtLeast(role: Role | undefined, least: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Why we may not write in a room, or undefined. */
export function whyNotWrite(room: Room): string | undefined {
  if (room.archived) return t("closedArchived");
  if (room.role === "reader") return t("closedReader");
  if (room.readOnly && !isAtLeast(room.role, "moderator")) return t("closedReadOnly");
  return undefined;
}

/** How long we have to leave between two messages, in ms; 0: as we like. */
export function paceOf(room: Room): number {
  return isAtLeast(room.role, "moderator") ? 0 : room.slowModeMs;
}

export function mayModerate(room: Room): boolean {
  return room.type !== "direct" && isAtLeast(room.role, "moderator");
}

/** Whether we may pin messages, and take their pins away. */
export function mayPin(room: Room): boolean {
  return !room.archived && (room.type === "direct" || isAtLeast(room.role, "moderator"));
}

/** Whether we may change all of a room's settings, not only its slow mode. */
export function mayManage(room: Room): boolean {
  return room.type !== "direct" && isAtLeast(room.role, "owner");
}

/** The roles we may give to somebody who has one, or none; empty: we may not touch him. */
export function grantable(room: Room, has: Role | undefined): readonly Role[] {
  if (mayManage(room)) return ROLES;
  if (!mayModerate(room) || isAtLeast(has, "moderator")) return [];
  return ["reader", "member"];
}
