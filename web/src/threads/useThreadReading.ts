import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { AT_END_PX } from "./useThreadScroll";
import type { Thread } from "./thread";

/**
 * Marks a thread that is followed as read when its end is in sight. It returns the first answer that was not read when it was
 * opened, by its seq; 0: there is none, or that is not known yet.
 */
export function useThreadReading(chat: Chat, room: RoomState, thread: Thread, scroller: RefObject<HTMLElement | null>): number {
  const state = chat.threads.of(room.id, thread.seq).value;
  const { messages, loaded } = thread.log.value;
  const openedAt = useRef<number>(undefined); // how far it was read then
  if (openedAt.current === undefined && state) openedAt.current = state.readSeq;
  const read = openedAt.current;

  const last = messages.at(-1)?.seq ?? 0;
  const isDue = loaded && state !== undefined && state.following && state.unread > 0 && last > state.readSeq;
  useEffect(() => {
    const element = scroller.current;
    if (!isDue || !element) return undefined;
    const look = () => {
      const isAtEnd = element.scrollHeight - element.clientHeight - element.scrollTop <= AT_END_PX;
      if (document.visibilityState === "visible" && isAtEnd) void chat.threads.read(room.id, thread.seq, last);
    };
    // Behind what scrolls to the end.
    const frame = requestAnimationFrame(look);
    document.addEventListener("visibilitychange", look);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener("visibilitychange", look);
      element.removeEventListener("scroll", look);
    };
  }, [isDue, last, thread]);

  if (read === undefined || !loaded) return 0;
  return messages.find((message) => message.seq > read && message.author !== chat.user.id && !message.deleted)?.seq ?? 0;
}
