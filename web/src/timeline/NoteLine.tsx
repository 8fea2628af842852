import { Fragment } from "preact";
import type { Chat } from "../chat/chat";
import { dateAndTime } from "../ui/time";
import type { Note } from "./log";
import { notePieces } from "./note";

/** A quiet line: somebody came or went, or the room's settings changed. */
export function NoteLine({ note, chat }: { note: Note; chat: Chat }) {
  const pieces = notePieces(note, chat.user.id, (id) => chat.people.name(id), dateAndTime);
  return (
    <p class="note-line" data-note={note.seq}>
      {pieces.map((piece, i) => (typeof piece === "string" ? <Fragment key={i}>{piece}</Fragment> : <bdi key={i}>{piece.name}</bdi>))}
    </p>
  );
}
