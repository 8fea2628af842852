import type { Chat } from "../chat/chat";

/** Somebody by his name. It is kept apart from what stands beside it, whatever it is made of. */
export function Person({ chat, id }: { chat: Chat; id: string }) {
  return (
    <bdi class="admin-name" title={id}>
      {id === chat.user.id ? "You" : chat.people.name(id)}
    </bdi>
  );
}
