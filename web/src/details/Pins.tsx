import { useRef, useState } from "preact/hooks";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { useReading } from "../chat/useReading";
import { t } from "../i18n/en/details";
import { t as timeline } from "../i18n/en/timeline";
import { t as ui } from "../i18n/en/ui";
import { pinnedSeqs } from "../protocol-rooms";
import { mayPin } from "../rooms/rights";
import { useKeptFocus } from "../ui/useKeptFocus";
import { MessageCard } from "./MessageCard";

/** What is pinned in a room, the newest pin first. It follows what is pinned and changed while it is open. */
export function Pins({ chat, room, onOpened }: { chat: Chat; room: RoomState; onOpened: () => void }) {
  const [refused, setRefused] = useState(""); // why one stays pinned
  const info = room.info.value;
  const cards = useRef<HTMLUListElement>(null);
  const pinned = pinnedSeqs(info.pins);
  // A reaction, and what becomes of other messages, changes nothing of what is seen here.
  const changed = room.log.value.changes.findLast((change) => (change.event === "message_updated" || change.event === "message_deleted") && pinned.includes(change.target))?.seq ?? 0;
  const { value: list, failure, tryAgain } = useReading(async () => (await chat.requests.pins(room.id)).items, [chat, room, info.pins, changed]);
  const unpin = async (seq: number) => {
    const refusal = await refusalOf(chat.requests.setPin(room.id, seq, false));
    setRefused(refusal ?? "");
    if (refusal === undefined) cards.current?.focus(); // the button goes with its message
  };
  const part = useRef<HTMLDivElement>(null);
  useKeptFocus(part, failure === "" ? "list" : "failed");
  return (
    <div ref={part} class="panel-part">
      <p class="form-error" role="alert">
        {failure === "" ? refused : t("pinsFailed", { why: failure })}
      </p>
      {failure !== "" && (
        <button type="button" class="button-plain" onClick={tryAgain}>
          {ui("tryAgain")}
        </button>
      )}
      {list === undefined && failure === "" && <div class="spinner" role="status" aria-label={t("loadingPins")} />}
      {list?.length === 0 && <p class="dialog-text">{t(mayPin(info) ? "nothingPinnedYet" : "nothingPinned")}</p>}
      <ul ref={cards} class="cards" tabIndex={-1} aria-label={timeline("pinnedMessages")}>
        {list?.map((message) => (
          <MessageCard key={message.seq} chat={chat} message={message} onOpened={onOpened}>
            {mayPin(info) && (
              <button type="button" class="button-link" onClick={() => void unpin(message.seq)}>
                {timeline("unpin")}
              </button>
            )}
          </MessageCard>
        ))}
      </ul>
    </div>
  );
}
