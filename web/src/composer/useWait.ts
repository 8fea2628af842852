import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/composer";
import { paceOf } from "../rooms/rights";

/** How often the seconds are counted anew, in ms: less than a second, so that none is left out. */
const TICK_MS = 250;

/** Seconds until slow mode lets us write again, or until the server said; 0: at once. */
export function useWait(chat: Chat, room: RoomState): number {
  const [now, setNow] = useState(Date.now);
  const until = Math.max(room.waitUntil.value, nextAt(chat, room));
  const waits = until > now;
  useEffect(() => {
    setNow(Date.now());
    if (until <= Date.now()) return undefined;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [until, waits]);
  return waits ? Math.ceil((until - now) / 1000) : 0;
}

/** "9 s", "2 min 5 s". */
export function waitText(seconds: number): string {
  return seconds < 60 ? t("seconds", { seconds }) : t("minutes", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** When our next message may follow our last one, by this device's clock. */
function nextAt(chat: Chat, room: RoomState): number {
  const pace = paceOf(room.info.value);
  if (pace === 0) return 0;
  const { messages, pending } = room.log.value;
  const sent = pending.findLast((p) => p.state !== "failed")?.at ?? 0;
  const logged = Date.parse(messages.findLast((message) => message.author === chat.user.id)?.timestamp ?? "") || 0;
  const last = Math.max(sent, logged);
  return last === 0 ? 0 : last + pace - chat.clockSkewMs;
}
