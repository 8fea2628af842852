import { useEffect, useMemo, useState } from "preact/hooks";
import { FilesOfRoom } from "../attachments/Attachments";
import { fileTarget } from "../attachments/dropping";
import { LightboxPlace } from "../attachments/LightboxPlace";
import { Tray } from "../attachments/Tray";
import type { Trays } from "../attachments/trays";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { useMediaQuery } from "../chat/useMediaQuery";
import { Composer } from "../composer/Composer";
import { ComposerClosed } from "../composer/ComposerClosed";
import type { Drafts } from "../composer/drafts";
import { EditBar } from "../composer/EditBar";
import type { Part } from "../details/RoomPanel";
import { WithParts } from "../details/WithParts";
import { t } from "../i18n/en/timeline";
import type { Words } from "../i18n/words";
import { OfflineNote } from "../offline/OfflineNote";
import { PreviewsOfRoom } from "../previews/LinkCard";
import { whyNotWrite } from "../rooms/rights";
import { openThread, THREAD_COVERS_QUERY } from "../route";
import { AnswerBar } from "../threads/AnswerBar";
import { ThreadPane } from "../threads/ThreadPane";
import { useAnswering } from "../threads/useAnswering";
import { Announcer } from "./Announcer";
import { rightsIn } from "./rights";
import { RoomHeader } from "./RoomHeader";
import { Timeline } from "./Timeline";
import { TypingLine } from "./TypingLine";
import { useEditedRow } from "./useEditedRow";

interface RoomViewProps {
  chat: Chat;
  room: RoomState;
  drafts: Drafts;
  trays: Trays;
  onMenu: () => void;
}

/** An open room: its head, its messages, where one writes, and the answers to one of them beside. */
export function RoomView({ chat, room, drafts, trays, onMenu }: RoomViewProps) {
  const { edited, ...edits } = useEditedRow(chat, room, room.id, drafts, "composer");
  const [details, setDetails] = useState<{ room: RoomState; first: Part }>();
  const [answering, setAnswering] = useAnswering(room.id, drafts);
  const closed = whyNotWrite(room.info.value);
  const { mayWrite } = rightsIn(room);
  const presence = room.presence.value;
  const { files, uploads } = trays.of(room.id);
  const name = room.name.value;
  const refusal = presence.kind === "refused" ? presence.why.text : closed;
  const isRefused = presence.kind === "refused";
  const thread = openThread.value?.roomId === room.id && !isRefused ? openThread.value.seq : undefined;
  const isCovered = useMediaQuery(THREAD_COVERS_QUERY) && thread !== undefined;
  useEffect(() => {
    const target = { name, refusal, isInSight: !isCovered, add: (added: readonly File[]) => uploads.add(added) };
    fileTarget.value = target;
    return () => {
      if (fileTarget.peek() === target) fileTarget.value = undefined;
    };
  }, [uploads, name, refusal, isCovered]);
  const stopAnswering = () => {
    setAnswering(0);
    document.getElementById("composer")?.focus(); // the button goes
  };
  const editLast = () => {
    if (!mayWrite) return;
    const { messages, pending } = room.shown.peek();
    const last = messages.findLast(({ author, deleted }) => author === chat.user.id && !deleted);
    // While the newest is still on its way, the one before it is not what is meant.
    if (last && !pending.some(({ state }) => state !== "failed")) edits.begin(last);
  };
  const previewed = useMemo(
    () => ({ roomId: room.id, ...(mayWrite && { edit: (seq: number, text: string) => chat.edit(room, seq, text), say: (line: Words) => chat.say(line) }) }),
    [chat, room, mayWrite],
  );
  return (
    <FilesOfRoom.Provider value={files}>
      <PreviewsOfRoom.Provider value={previewed}>
        <div class="room-parts">
          <div class="room-body" inert={isCovered}>
            <RoomHeader chat={chat} room={room} onMenu={onMenu} onDetails={isRefused ? undefined : (first) => setDetails({ room, first })} />
            {isRefused ? (
              <div class="empty">
                <h2>{t("cannotOpen")}</h2>
                <p role="alert">{presence.why.text}</p>
                <Tray uploads={uploads} />
              </div>
            ) : (
              <>
                <OfflineNote room={room} />
                <Timeline
                  key={room.keptAt.value === undefined ? room.id : `kept-${room.id}`}
                  chat={chat}
                  room={room}
                  isCovered={isCovered}
                  edited={edited}
                  onEdit={edits.begin}
                  onReply={(seq) => {
                    setAnswering(seq);
                    requestAnimationFrame(() => document.getElementById("composer")?.focus()); // the menu gives the focus back first
                  }}
                />
                <TypingLine chat={chat} room={room} />
                {closed !== undefined ? (
                  <ComposerClosed reason={closed} uploads={uploads} />
                ) : (
                  <Composer
                    key={`composer-${room.id}`}
                    chat={chat}
                    room={room}
                    place={{ id: "composer", draft: room.id, label: t("messageTo", { room: name }), parent: answering || undefined, isAskedFor: false }}
                    drafts={drafts}
                    uploads={uploads}
                    above={
                      <>
                        {edited && <EditBar onShow={edits.show} />}
                        {answering > 0 && <AnswerBar apart={room.apart} seq={answering} me={chat.user.id} onClose={stopAnswering} />}
                      </>
                    }
                    onSent={() => setAnswering(0)}
                    {...(answering > 0 ? { onEscape: stopAnswering } : { onEditLast: editLast })}
                  />
                )}
              </>
            )}
          </div>
          {thread !== undefined && <ThreadPane key={`thread-${room.id}/${thread}`} chat={chat} room={room} seq={thread} drafts={drafts} trays={trays} />}
        </div>
        {details?.room === room && (
          <WithParts key={`panel-${room.id}`} onClose={() => setDetails(undefined)}>
            {({ RoomPanel }) => <RoomPanel chat={chat} room={room} first={details.first} onClose={() => setDetails(undefined)} />}
          </WithParts>
        )}
        <LightboxPlace key={`lightbox-${room.id}`} chat={chat} room={room} files={files} />
        <Announcer key={`announcer-${room.id}`} chat={chat} room={room} />
      </PreviewsOfRoom.Provider>
    </FilesOfRoom.Provider>
  );
}
