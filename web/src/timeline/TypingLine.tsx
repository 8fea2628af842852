import { Fragment } from "preact";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";

/** Names shown; of more people it is only said that they are several. */
const MOST_NAMES = 2;

/** Who types, said politely. It keeps its place while nobody does, so that nothing moves. */
export function TypingLine({ chat, room }: { chat: Chat; room: RoomState }) {
  const ids = room.typists.ids.value;
  return (
    <p class="typing-line" role="status">
      {ids.length > MOST_NAMES && "Several people are typing"}
      {ids.length > 0 && ids.length <= MOST_NAMES && (
        <>
          {ids.map((id, i) => (
            <Fragment key={id}>
              {i > 0 && " and "}
              <bdi>{chat.people.name(id)}</bdi>
            </Fragment>
          ))}
          {ids.length === 1 ? " is typing" : " are typing"}
        </>
      )}
    </p>
  );
}
