// What an entry of the audit log says, in plain words.

import { periodText } from "../../details/periods";
import { decodeRole } from "../../protocol-rooms";
import { dateAndTime } from "../../ui/time";
import type { AuditEntry } from "../decode";

/** A sentence in its parts: words, and who or what is named in between. */
export type Part = string | { readonly user: string } | { readonly room: string };

/** The actions one may ask for, as the protocol names them, and what they are called. */
export const ACTIONS: readonly { readonly value: string; readonly label: string }[] = [
  { value: "set_member", label: "Roles, mutes and bans" },
  { value: "delete_message", label: "Deleted messages" },
  { value: "decide_report", label: "Reports decided" },
  { value: "update_room", label: "Settings of rooms" },
  { value: "set_pin", label: "Pinned messages" },
  { value: "create_invitation", label: "Invitations made" },
  { value: "remove_invitation", label: "Invitations revoked" },
  { value: "create_bot", label: "Bots made" },
  { value: "remove_bot", label: "Bots removed" },
  { value: "create_hook", label: "Incoming hooks made" },
  { value: "remove_hook", label: "Incoming hooks removed" },
  { value: "create_webhook", label: "Webhooks made" },
  { value: "remove_webhook", label: "Webhooks removed" },
  { value: "set_webhook_cursor", label: "Webhooks set back or on" },
  { value: "declare_stream", label: "Streams declared" },
  { value: "remove_stream", label: "Streams removed" },
  { value: "allow_streams", label: "Streams opened to roles" },
];

/** The whole sentence, without a full stop. */
export function sentenceOf(entry: AuditEntry, withRoom: boolean): Part[] {
  const inRoom: Part[] = withRoom && entry.roomId !== undefined ? [" in ", { room: entry.roomId }] : [];
  return [{ user: entry.actor }, " ", ...deedOf(entry, inRoom)];
}

function deedOf(entry: AuditEntry, inRoom: readonly Part[]): Part[] {
  const whom: Part = entry.userId === undefined ? "somebody" : { user: entry.userId };
  switch (entry.action) {
    case "set_member":
      return memberDeed(entry, whom, inRoom);
    case "delete_message":
      return ["deleted a message of ", whom, ...inRoom];
    case "decide_report":
      return [reportDeeds[textOf(entry, "state")] ?? "decided upon", " a report of a message of ", whom, ...inRoom];
    case "update_room":
      return ["changed the settings", ...(entry.roomId !== undefined && inRoom.length > 0 ? [" of ", { room: entry.roomId }] : []), settingsWords(entry)];
    case "set_pin":
      return [entry.details["on"] === true ? "pinned" : "took the pin off", ` message ${numberOf(entry, "seq")}`, ...inRoom];
    case "create_invitation":
      return ["made an invitation", ...inRoom];
    case "remove_invitation":
      return ["revoked an invitation", ...inRoom];
    case "create_bot":
    case "remove_bot":
    case "create_hook":
    case "remove_hook":
      return [keyDeeds[entry.action], nameWords(entry), ...inRoom, botWords(entry)];
    case "create_webhook":
      return ["made a webhook to ", textOf(entry, "host"), ...inRoom];
    case "remove_webhook":
      return ["removed the webhook to ", textOf(entry, "host"), ...inRoom];
    case "set_webhook_cursor":
      return ["had the webhook to ", textOf(entry, "host"), " go on", ...inRoom, ` behind number ${numberOf(entry, "seq")}`];
    case "declare_stream":
      return [entry.details["created"] === true ? "declared the stream " : "changed the stream ", textOf(entry, "stream")];
    case "remove_stream":
      return ["removed the stream ", textOf(entry, "stream")];
    case "allow_streams":
      return [entry.details["prefix"] === true ? "let more roles open the streams below " : "let more roles open the stream ", textOf(entry, "path")];
    default:
      return [`did “${entry.action.replaceAll("_", " ")}”`, ...(entry.userId === undefined ? [] : [" to ", whom]), ...inRoom];
  }
}

function memberDeed(entry: AuditEntry, whom: Part, inRoom: readonly Part[]): Part[] {
  const role = decodeRole(entry.details["role"]);
  const until = Date.parse(textOf(entry, "bannedUntil"));
  if (!Number.isNaN(until)) return ["banned ", whom, ...inRoom, ` until ${dateAndTime(until)}`];
  if (entry.details["letIn"] === true) return ["let ", whom, " in again", ...inRoom];
  if (role === undefined) return ["took ", whom, " out", ...inRoom];
  if (role === "reader") return ["muted ", whom, ...inRoom, ": may only read"];
  return ["made ", whom, ` ${role === "owner" ? "an" : "a"} ${role}`, ...inRoom];
}

const keyDeeds = {
  create_bot: "made the bot ",
  remove_bot: "removed the bot ",
  create_hook: "made the incoming hook ",
  remove_hook: "removed the incoming hook ",
} as const;

function nameWords(entry: AuditEntry): string {
  return `“${textOf(entry, "name")}”`;
}

/** Where a bot may go that is not of one room, and what it may do. */
function botWords(entry: AuditEntry): string {
  if (!entry.action.endsWith("_bot")) return "";
  const mayRead = textOf(entry, "rights") === "post_and_read";
  if (entry.roomId !== undefined) return mayRead ? ": posts and reads" : ": only posts";
  const rooms = entry.details["rooms"];
  if (!Array.isArray(rooms)) return mayRead ? " for all rooms: posts and reads" : " for all rooms: only posts";
  return mayRead ? ` for ${rooms.length} rooms: posts and reads` : ` for ${rooms.length} rooms: only posts`;
}

const reportDeeds: Readonly<Record<string, string>> = { resolved: "resolved", dismissed: "dismissed", open: "opened again" };

/** The settings as they were from then on. */
function settingsWords({ details }: AuditEntry): string {
  const { name, topic, readOnly, slowModeMs, archived, receipts } = details;
  const words = [
    typeof name === "string" && name !== "" && `named “${name}”`,
    typeof topic === "string" && topic !== "" && `topic “${topic}”`,
    readOnly === true && "read-only",
    typeof slowModeMs === "number" && slowModeMs > 0 && `slow mode ${periodText(slowModeMs)}`,
    receipts === true && "shows who has read what",
    archived === true && "archived",
  ].filter((word) => word !== false);
  return words.length === 0 ? "" : `: ${words.join(", ")}`;
}

function numberOf({ details }: AuditEntry, field: string): number {
  const value = details[field];
  return typeof value === "number" ? value : 0;
}

function textOf({ details }: AuditEntry, field: string): string {
  const value = details[field];
  return typeof value === "string" ? value : "";
}
