// What changed a room's members or settings, as sentences.

import { type ComponentChildren, h } from "preact";
import { t } from "../i18n/en/timeline";
import type { RoomSettings } from "../protocol";
import type { Note } from "./log";

/** nameOf: what an id is called; timeOf writes a moment, ms since 1970. */
export function noteSentences(note: Note, me: string, nameOf: (id: string) => string, timeOf: (at: number) => string): ComponentChildren[] {
  return note.event === "room_updated" ? changed(note, me, nameOf) : [member(note, me, nameOf, timeOf)];
}

/** A name, which may be written in any direction. */
const apart = (name: string) => h("bdi", null, name);

function member({ userId, author, role, bannedUntil }: Extract<Note, { event: "member_updated" }>, me: string, nameOf: (id: string) => string, timeOf: (at: number) => string): ComponentChildren {
  const people = { case: author === me ? "by" : userId === me ? "whom" : "other", who: apart(nameOf(author)), whom: apart(nameOf(userId)) };
  if (bannedUntil !== undefined) return t.rich("noteBanned", { ...people, time: timeOf(Date.parse(bannedUntil)) });
  if (userId !== author) return role === undefined ? t.rich("noteTookOut", people) : t.rich("noteMade", { ...people, role });
  if (role === undefined) return t.rich("noteLeft", people);
  return role === "member" || role === "reader" ? t.rich("noteJoined", people) : t.rich("noteBecame", { ...people, role });
}

function changed(note: Extract<Note, { event: "room_updated" }>, me: string, nameOf: (id: string) => string): ComponentChildren[] {
  const { before } = note;
  const by = { case: note.author === me ? "by" : "other", who: apart(nameOf(note.author)) };
  const sentences = before ? differences(before, note, by) : [];
  return sentences.length === 0 ? [t.rich("noteSettings", by)] : sentences;
}

function differences(before: RoomSettings, after: RoomSettings, by: { case: string; who: ComponentChildren }): ComponentChildren[] {
  const all: ComponentChildren[] = [];
  if (after.name !== before.name) all.push(t.rich("noteNamed", { ...by, name: apart(after.name) }));
  if (after.topic !== before.topic) all.push(after.topic === "" ? t.rich("noteNoTopic", by) : t.rich("noteTopic", { ...by, topic: apart(after.topic) }));
  if (after.readOnly !== before.readOnly) all.push(t.rich(after.readOnly ? "noteReadOnly" : "noteWritable", by));
  if (after.slowModeMs !== before.slowModeMs) all.push(after.slowModeMs === 0 ? t.rich("noteSlowEnded", by) : t.rich("noteSlow", { ...by, seconds: after.slowModeMs / 1000 }));
  if (after.archived !== before.archived) all.push(t.rich(after.archived ? "noteArchived" : "noteUnarchived", by));
  if (after.receipts !== before.receipts) all.push(t.rich(after.receipts ? "noteReceipts" : "noteNoReceipts", by));
  if (after.pins !== before.pins) all.push(t.rich(isLonger(after.pins, before.pins) ? "notePinned" : "noteUnpinned", by));
  return all;
}

/** Whether something was pinned that was not. */
function isLonger(after: string, before: string): boolean {
  const was = before.split(",");
  return after !== "" && after.split(",").some((seq) => !was.includes(seq));
}
