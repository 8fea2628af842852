// What changed a room's members or settings, as a sentence.

import type { RoomSettings, Role } from "../protocol";
import type { Note } from "./log";

/** Words, and names that may be written in any direction. */
export type NotePiece = string | { readonly name: string };

const asRole: Readonly<Record<Role, string>> = { reader: "a reader", member: "a member", moderator: "a moderator", owner: "an owner" };

/** timeOf writes a moment, ms since 1970. */
export function notePieces(note: Note, me: string, nameOf: (id: string) => string, timeOf: (at: number) => string): NotePiece[] {
  const who = (id: string): NotePiece => (id === me ? "you" : { name: nameOf(id) });
  const pieces = note.event === "room_updated" ? changed(note, who) : member(note, who, timeOf);
  const [first, ...rest] = pieces;
  return first === "you" ? ["You", ...rest] : pieces;
}

function member(note: Extract<Note, { event: "member_updated" }>, who: (id: string) => NotePiece, timeOf: (at: number) => string): NotePiece[] {
  const { userId, author, role, bannedUntil } = note;
  if (bannedUntil !== undefined) return [who(author), " banned ", who(userId), ` until ${timeOf(Date.parse(bannedUntil))}`];
  if (userId === author) return role === undefined ? [who(userId), " left"] : role === "member" || role === "reader" ? [who(userId), " joined"] : [who(userId), ` became ${asRole[role]}`];
  if (role === undefined) return [who(author), " took ", who(userId), " out of the room"];
  return [who(author), " made ", who(userId), ` ${asRole[role]}`];
}

function changed(note: Extract<Note, { event: "room_updated" }>, who: (id: string) => NotePiece): NotePiece[] {
  const { before } = note;
  const what = before ? differences(before, note) : [];
  if (what.length === 0) return [who(note.author), " changed the room’s settings"];
  return [who(note.author), " ", ...what.flatMap((pieces, i) => (i === 0 ? pieces : [i === what.length - 1 ? " and " : ", ", ...pieces]))];
}

function differences(before: RoomSettings, after: RoomSettings): NotePiece[][] {
  const all: NotePiece[][] = [];
  if (after.name !== before.name) all.push(["named the room ", { name: after.name }]);
  if (after.topic !== before.topic) all.push(after.topic === "" ? ["removed the topic"] : ["set the topic to ", { name: after.topic }]);
  if (after.readOnly !== before.readOnly) all.push([after.readOnly ? "made the room read-only" : "let members write again"]);
  if (after.slowModeMs !== before.slowModeMs) all.push([after.slowModeMs === 0 ? "ended slow mode" : `set slow mode to ${after.slowModeMs / 1000} s`]);
  if (after.archived !== before.archived) all.push([after.archived ? "archived the room" : "took the room out of the archive"]);
  if (after.receipts !== before.receipts) all.push([after.receipts ? "let everyone see who has read what" : "hid who has read what"]);
  if (after.pins !== before.pins) all.push([isLonger(after.pins, before.pins) ? "pinned a message" : "took a pin away"]);
  return all;
}

/** Whether something was pinned that was not. */
function isLonger(after: string, before: string): boolean {
  const was = before.split(",");
  return after !== "" && after.split(",").some((seq) => !was.includes(seq));
}
