import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/admin";

/** Somebody by his name. It is kept apart from what stands beside it, whatever it is made of. first: a sentence begins with it. */
export function Person({ chat, id, first }: { chat: Chat; id: string; first?: boolean }) {
  return (
    <bdi class="admin-name" title={id}>
      {id === chat.user.id ? t(first ? "youFirst" : "you") : chat.people.name(id)}
    </bdi>
  );
}
