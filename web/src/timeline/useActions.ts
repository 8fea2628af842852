import { useMemo } from "preact/hooks";
import type { ApartMessages } from "../chat/apart";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { noteEmoji } from "../emoji/recent";
import type { Words } from "../i18n/words";
import { goToThread } from "../route";
import { copy } from "../ui/copy";
import { type Toast, useToast } from "../ui/useToast";
import type { BubbleHandlers } from "./Bubble";

interface Actions extends Toast {
  /** Says why something was refused, if it was. */
  tell: (request: Promise<Words | undefined>) => Promise<void>;
  /** One object as long as the room is shown: rows that did not change are not made again. */
  handlers: BubbleHandlers;
}

/** What one can do with the messages of a room, wherever they are shown. apart: see BubbleHandlers. */
export function useActions(chat: Chat, room: RoomState, apart?: ApartMessages): Actions {
  const { toast, say } = useToast();
  const tell = async (request: Promise<Words | undefined>) => {
    const refusal = await request;
    if (refusal !== undefined) say(refusal);
  };
  const mayReact = room.keptAt.value === undefined;
  const handlers: BubbleHandlers = useMemo(
    () => ({
      onRetry: (clientId) => chat.resend(room, clientId),
      onDiscard: (clientId) => chat.discard(clientId),
      mayReact,
      onReact: (seq, emoji, on) => {
        if (on) noteEmoji(emoji);
        void tell(chat.react(room, seq, emoji, on));
      },
      onCopy: (text) => void copy(text, say),
      onThread: (seq) => goToThread(room.id, seq),
      ...(apart && { apart }),
    }),
    [chat, room, apart, mayReact],
  );
  return { toast, say, tell, handlers };
}
