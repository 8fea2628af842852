import { useEffect, useState } from "preact/hooks";
import { spokenText } from "../attachments/words";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/timeline";
import { plainText } from "../markdown/parse";
import type { NewMessage } from "../protocol";

/** Lines kept for a screen reader that comes back to them. */
const KEEP = 5;

/**
 * Says each message that arrives in the open room, once. The timeline itself is silent:
 * otherwise every page of history would be read aloud.
 */
export function Announcer({ chat, room }: { chat: Chat; room: RoomState }) {
  const [lines, setLines] = useState<NewMessage[]>([]);
  useEffect(() => {
    const before = chat.arrived.peek();
    return chat.arrived.subscribe((message) => {
      if (!message || message === before || message.roomId !== room.id) return;
      setLines((old) => [...old, message].slice(-KEEP));
    });
  }, [chat, room]);
  return (
    <div class="hidden" role="log" aria-live="polite" aria-label={t("newMessagesIn", { room: room.name.value })}>
      {lines.map((message) => (
        <p key={message.seq}>{spokenText(message.authorName || message.author, plainText(message.text), message.attachments ?? [])}</p>
      ))}
    </div>
  );
}
