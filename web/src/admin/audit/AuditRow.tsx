import type { Chat } from "../../chat/chat";
import { exactTime } from "../../ui/time";
import type { AuditEntry } from "../decode";
import { Person } from "../Names";
import type { RoomNames } from "../roomNames";
import { sentenceOf } from "./sentence";

interface AuditRowProps {
  chat: Chat;
  names: RoomNames;
  entry: AuditEntry;
  showsRoom: boolean;
}

/** One thing somebody did, and exactly when. */
export function AuditRow({ chat, names, entry, showsRoom }: AuditRowProps) {
  const at = Date.parse(entry.timestamp);
  return (
    <li class="audit-row" data-action={entry.action}>
      <span class="audit-words">
        {sentenceOf(entry, showsRoom, {
          person: (id, first) => <Person chat={chat} id={id} first={first} />,
          room: (id) => (
            <bdi class="admin-name" title={id}>
              {names.name(id)}
            </bdi>
          ),
        })}
      </span>
      <time class="audit-time" dateTime={entry.timestamp}>
        {exactTime(at)}
      </time>
    </li>
  );
}
