import { useNow } from "../ui/now";
import type { Chat } from "./chat";

/** The time by the server's clock, which messages, bans and sessions are dated by; ms since 1970, read anew every everyMs. Ours may be hours off. */
export function useServerNow(chat: Chat, everyMs: number): number {
  // How far ours is off is known with a connection.
  return useNow(everyMs, chat.status.value.kind) + chat.clockSkewMs;
}
