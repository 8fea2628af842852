// What an entry of the audit log says, in plain words.

import type { ComponentChildren } from "preact";
import { periodText } from "../../details/periods";
import { t } from "../../i18n/en/admin";
import { commaText } from "../../i18n/number";
import { decodeRole } from "../../protocol-rooms";
import { dateAndTime } from "../../ui/time";
import type { AuditEntry } from "../decode";

/** The actions one may ask for, as the protocol names them, and what they are called in the catalogue. */
export const ACTIONS = [
  { value: "set_member", label: "didMember" },
  { value: "delete_message", label: "didDelete" },
  { value: "decide_report", label: "didDecide" },
  { value: "update_room", label: "didUpdateRoom" },
  { value: "set_pin", label: "didPin" },
  { value: "create_invitation", label: "didInvite" },
  { value: "remove_invitation", label: "didUninvite" },
  { value: "create_bot", label: "didMakeBot" },
  { value: "remove_bot", label: "didRemoveBot" },
  { value: "create_hook", label: "didMakeHook" },
  { value: "remove_hook", label: "didRemoveHook" },
  { value: "create_webhook", label: "didMakeWebhook" },
  { value: "remove_webhook", label: "didRemoveWebhook" },
  { value: "set_webhook_cursor", label: "didSetCursor" },
  { value: "declare_stream", label: "didDeclare" },
  { value: "remove_stream", label: "didRemoveStream" },
  { value: "allow_streams", label: "didAllow" },
  { value: "disable_user", label: "didDisable" },
  { value: "enable_user", label: "didEnable" },
  { value: "revoke_tokens", label: "didEndSessions" },
  { value: "end_session", label: "didEndSession" },
  { value: "revoke_token", label: "didRevokeToken" },
] as const;

/** How people and rooms are shown in a sentence. first: it begins with the name. */
export interface Show {
  readonly person: (id: string, first: boolean) => ComponentChildren;
  readonly room: (id: string) => ComponentChildren;
}

/** Who did it to whom and where, as every sentence takes them. */
interface Named {
  readonly actor: ComponentChildren;
  readonly whom: ComponentChildren;
  readonly where: "room" | "none";
  readonly room: ComponentChildren;
}

/** The whole sentence, without a full stop. */
export function sentenceOf(entry: AuditEntry, withRoom: boolean, show: Show): ComponentChildren {
  const hasRoom = withRoom && entry.roomId !== undefined;
  const named: Named = {
    actor: show.person(entry.actor, true),
    whom: entry.userId === undefined ? t("somebody") : show.person(entry.userId, false),
    where: hasRoom ? "room" : "none",
    room: entry.roomId === undefined ? "" : show.room(entry.roomId),
  };
  switch (entry.action) {
    case "set_member":
      return memberDeed(entry, named);
    case "delete_message":
      return t.rich("deletedMessage", named);
    case "decide_report":
      return t.rich("decidedReport", { ...named, state: textOf(entry, "state") });
    case "update_room":
      return roomDeed(entry, named);
    case "set_pin":
      return t.rich(entry.details["on"] === true ? "pinned" : "unpinned", { ...named, seq: seqOf(entry) });
    case "create_invitation":
      return t.rich("invited", named);
    case "remove_invitation":
      return t.rich("uninvited", named);
    case "create_bot":
    case "remove_bot":
      return botDeed(entry, named);
    case "create_hook":
      return t.rich("madeHook", { ...named, name: textOf(entry, "name") });
    case "remove_hook":
      return t.rich("removedHook", { ...named, name: textOf(entry, "name") });
    case "create_webhook":
      return t.rich("madeWebhook", { ...named, host: textOf(entry, "host") });
    case "remove_webhook":
      return t.rich("removedWebhook", { ...named, host: textOf(entry, "host") });
    case "set_webhook_cursor":
      return t.rich("setCursor", { ...named, host: textOf(entry, "host"), seq: seqOf(entry) });
    case "declare_stream":
      return t.rich(entry.details["created"] === true ? "declaredStream" : "changedStream", { ...named, stream: textOf(entry, "stream") });
    case "remove_stream":
      return t.rich("removedStream", { ...named, stream: textOf(entry, "stream") });
    case "allow_streams":
      return t.rich(entry.details["prefix"] === true ? "allowedStreams" : "allowedStream", { ...named, stream: textOf(entry, "path") });
    case "disable_user":
      return t.rich("disabledUser", named);
    case "enable_user":
      return t.rich("enabledUser", named);
    case "revoke_tokens":
      return t.rich("endedSessions", named);
    case "end_session":
      return t.rich("endedSession", named);
    case "revoke_token":
      return t.rich("revokedToken", named);
    default:
      return t.rich("otherDeed", { ...named, action: entry.action.replaceAll("_", " "), to: entry.userId === undefined ? "none" : "person" });
  }
}

function memberDeed(entry: AuditEntry, named: Named): ComponentChildren {
  const role = decodeRole(entry.details["role"]);
  const until = Date.parse(textOf(entry, "bannedUntil"));
  if (!Number.isNaN(until)) return t.rich("banned", { ...named, time: dateAndTime(until) });
  if (entry.details["letIn"] === true) return t.rich("letIn", named);
  if (role === undefined) return t.rich("tookOut", named);
  if (role === "reader") return t.rich("muted", named);
  return t.rich("madeRole", { ...named, role });
}

/** Where a bot may go that is not of one room, and what it may do. */
function botDeed(entry: AuditEntry, named: Named): ComponentChildren {
  const rooms = entry.details["rooms"];
  const isOfAll = !Array.isArray(rooms);
  const where = entry.roomId !== undefined ? named.where : isOfAll ? "all" : "some";
  const may = textOf(entry, "rights") === "post_and_read" ? "read" : "post";
  return t.rich(entry.action === "create_bot" ? "madeBot" : "removedBot", { ...named, name: textOf(entry, "name"), where, may, count: isOfAll ? 0 : rooms.length });
}

/** The settings as they were from then on. */
function roomDeed({ details }: AuditEntry, named: Named): ComponentChildren {
  const { name, topic, readOnly, slowModeMs, archived, receipts } = details;
  const words = [
    typeof name === "string" && name !== "" && t("setName", { name }),
    typeof topic === "string" && topic !== "" && t("setTopic", { topic }),
    readOnly === true && t("readOnly"),
    typeof slowModeMs === "number" && slowModeMs > 0 && t("slowMode", { period: periodText(slowModeMs) }),
    receipts === true && t("showsReads"),
    archived === true && t("archived"),
  ].filter((word) => word !== false);
  return words.length === 0 ? t.rich("changedRoom", named) : t.rich("changedRoomTo", { ...named, settings: commaText(words) });
}

/** As a text: numbers of messages are names, and have no marks between their thousands. */
function seqOf({ details }: AuditEntry): string {
  const value = details["seq"];
  return String(typeof value === "number" ? value : 0);
}

function textOf({ details }: AuditEntry, field: string): string {
  const value = details[field];
  return typeof value === "string" ? value : "";
}
