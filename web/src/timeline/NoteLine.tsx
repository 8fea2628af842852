import type { Chat } from "../chat/chat";
import { dateAndTime } from "../ui/time";
import type { Note } from "./log";
import { noteSentences } from "./note";

/** A quiet line: somebody came or went, or the room's settings changed. */
export function NoteLine({ note, chat }: { note: Note; chat: Chat }) {
  const sentences = noteSentences(note, chat.user.id, (id) => chat.people.name(id), dateAndTime);
  return (
    <p class="note-line" data-note={note.seq}>
      {sentences.map((sentence, i) => (
        <span key={i}>{sentence}</span>
      ))}
    </p>
  );
}
