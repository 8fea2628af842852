import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/timeline";

/** Who types, said politely; of more than two it is only said that they are several. It keeps its place while nobody does, so that nothing moves. */
export function TypingLine({ chat, room }: { chat: Chat; room: RoomState }) {
  const named = room.typists.ids.value.map((id) => ({ id, name: chat.people.name(id) }));
  // A name that comes after the id would have it said twice.
  const [first, second, third] = named.filter(({ id }) => chat.people.isNamed(id)).map(({ id, name }) => <bdi key={id}>{name}</bdi>);
  return (
    <p class="typing-line" role="status">
      {third ? t("typingMany") : first && second ? t.rich("typingTwo", { first, second }) : first && t.rich("typingOne", { name: first })}
    </p>
  );
}
