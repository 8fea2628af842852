// Which screens there are, and for whom. The server decides; this is what is offered.

import type { t } from "../i18n/en/admin";
import type { Role, Room, User } from "../protocol";
import { isAtLeast } from "../rooms/rights";
import type { IconName } from "../ui/Icon";

export type PartId = "reports" | "audit" | "rooms" | "people" | "bots" | "hooks" | "webhooks" | "streams" | "health";

export interface Part {
  readonly id: PartId;
  /** By its key of the catalogue. */
  readonly name: keyof (typeof t)["english"] & `part${string}`;
  readonly icon: IconName;
  /** Who sees it of one room; undefined: it is of no room. */
  readonly ofRoom: Role | undefined;
  /** Admins see it of all rooms together. */
  readonly ofAll: boolean;
}

export const PARTS: readonly Part[] = [
  { id: "reports", name: "partReports", icon: "flag", ofRoom: "moderator", ofAll: true },
  { id: "audit", name: "partAudit", icon: "list", ofRoom: "moderator", ofAll: true },
  { id: "rooms", name: "partRooms", icon: "rooms", ofRoom: undefined, ofAll: true },
  { id: "people", name: "partPeople", icon: "people", ofRoom: undefined, ofAll: true },
  { id: "bots", name: "partBots", icon: "key", ofRoom: "owner", ofAll: true },
  { id: "hooks", name: "partHooks", icon: "link", ofRoom: "owner", ofAll: false },
  { id: "webhooks", name: "partWebhooks", icon: "send", ofRoom: "owner", ofAll: true },
  { id: "streams", name: "partStreams", icon: "feed", ofRoom: undefined, ofAll: true },
  { id: "health", name: "partHealth", icon: "system", ofRoom: undefined, ofAll: true },
];

export function isAdmin(user: User): boolean {
  return user.roles.includes("admin");
}

/** What may be seen of all rooms, or of one where our role is `role`. */
export function partsFor(user: User, ofRoom: boolean, role: Role | undefined): readonly Part[] {
  if (!ofRoom) return isAdmin(user) ? PARTS.filter((part) => part.ofAll) : [];
  return PARTS.filter((part) => part.ofRoom !== undefined && (isAdmin(user) || isAtLeast(role, part.ofRoom)));
}

/** What we are in a room: admins may everything there that an owner may. */
export function roleIn(user: User, room: Room | undefined): Role | undefined {
  return isAdmin(user) ? "owner" : room?.role;
}
