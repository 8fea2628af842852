import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { type AroundEnd, readAround } from "../chat/around";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/timeline";
import { askedMessage, type AskedMessage } from "../route";

const refusals = { trimmed: "askedTrimmed", none: "askedNone", failed: "askedFailed" } as const satisfies Record<Exclude<AroundEnd, "shown" | "offline">, string>;

export interface Asked {
  /** One is on the way to a message: where the reader stands is not decided. */
  going: boolean;
  /** The message that was gone to, marked as long as the address names it; 0: none. */
  marked: number;
  /** Why the message cannot be shown; empty: it can. */
  refusal: string;
}

type Refusal = keyof typeof refusals;

/** Shows the message that the address names, once the room is joined, and marks it. toMessage brings a message in sight, in the middle and with the focus. */
export function useAsked(room: RoomState, toMessage: (seq: number) => void): Asked {
  const asked = askedMessage.value?.roomId === room.id ? askedMessage.value : undefined;
  const isIn = room.presence.value.kind === "in";
  const [done, setDone] = useState<{ asked: AskedMessage; refusal: Refusal | undefined }>();
  const going = asked !== undefined && done?.asked !== asked;

  useEffect(() => {
    if (!asked || !going || !isIn) return undefined;
    let wanted = true;
    void readAround(room, asked.seq, () => wanted).then((end) => {
      if (wanted && end !== "offline") setDone({ asked, refusal: end === "shown" ? undefined : end });
    });
    return () => {
      wanted = false;
    };
  }, [asked, going, isIn]);

  useEffect(() => {
    if (!asked) room.showPresent(); // back from a message to the room itself
  }, [asked]);

  useLayoutEffect(() => {
    if (!done || done.refusal !== undefined) return;
    toMessage(done.asked.seq);
  }, [done]);

  const end = done !== undefined && done.asked === asked ? done : undefined;
  const refusal = end?.refusal;
  return { going, marked: end && refusal === undefined ? end.asked.seq : 0, refusal: refusal === undefined ? "" : t(refusals[refusal]) };
}
