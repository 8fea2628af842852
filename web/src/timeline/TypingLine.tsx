import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/timeline";

/** Who types, said politely; of more than two it is only said that they are several. It keeps its place while nobody does, so that nothing moves. */
export function TypingLine({ chat, room }: { chat: Chat; room: RoomState }) {
  const [first, second, third] = room.typists.ids.value.map((id) => <bdi key={id}>{chat.people.name(id)}</bdi>);
  return (
    <p class="typing-line" role="status">
      {third ? t("typingMany") : first && second ? t.rich("typingTwo", { first, second }) : first && t.rich("typingOne", { name: first })}
    </p>
  );
}
