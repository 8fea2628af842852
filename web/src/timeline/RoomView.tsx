import { useEffect, useState } from "preact/hooks";
import { FilesOfRoom } from "../attachments/Attachments";
import { fileTarget } from "../attachments/dropping";
import type { Trays } from "../attachments/trays";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { Composer } from "../composer/Composer";
import { ComposerClosed } from "../composer/ComposerClosed";
import type { Drafts } from "../composer/drafts";
import { EditForm } from "../composer/EditForm";
import type { Part } from "../details/RoomPanel";
import { WithParts } from "../details/WithParts";
import { whyNotWrite } from "../rooms/rights";
import { Announcer } from "./Announcer";
import { RoomHeader } from "./RoomHeader";
import type { Item } from "./rows";
import { Timeline } from "./Timeline";
import { TypingLine } from "./TypingLine";

interface RoomViewProps {
  chat: Chat;
  room: RoomState;
  drafts: Drafts;
  trays: Trays;
  onMenu: () => void;
}

/** An open room: its head, its messages, and where one writes. */
export function RoomView({ chat, room, drafts, trays, onMenu }: RoomViewProps) {
  const [editing, setEditing] = useState<{ room: RoomState; item: Item }>();
  const [details, setDetails] = useState<{ room: RoomState; first: Part }>();
  const edited = editing?.room === room ? editing.item : undefined;
  const closed = whyNotWrite(room.info.value);
  const presence = room.presence.value;
  const { files, uploads } = trays.of(room.id);
  const name = room.name.value;
  const refusal = presence.kind === "refused" ? presence.message : closed;
  const isInSight = edited === undefined;
  useEffect(() => {
    const target = { name, refusal, isInSight, add: (added: readonly File[]) => uploads.add(added) };
    fileTarget.value = target;
    return () => {
      if (fileTarget.peek() === target) fileTarget.value = undefined;
    };
  }, [uploads, name, refusal, isInSight]);
  return (
    <FilesOfRoom.Provider value={files}>
      <RoomHeader chat={chat} room={room} onMenu={onMenu} onDetails={presence.kind === "refused" ? undefined : (first) => setDetails({ room, first })} />
      {presence.kind === "refused" ? (
        <div class="empty">
          <h2>This room cannot be opened</h2>
          <p role="alert">{presence.message}</p>
        </div>
      ) : (
        <>
          <Timeline key={room.id} chat={chat} room={room} onEdit={(item) => setEditing({ room, item })} />
          <TypingLine chat={chat} room={room} />
          {closed !== undefined ? (
            <ComposerClosed reason={closed} />
          ) : edited ? (
            <EditForm
              key={`edit-${room.id}/${edited.seq}`}
              text={edited.text}
              maxLength={chat.maxTextLength.value}
              onSave={(text) => chat.edit(room, edited.seq, text)}
              onClose={() => setEditing(undefined)}
            />
          ) : (
            <Composer key={`composer-${room.id}`} chat={chat} room={room} drafts={drafts} uploads={uploads} />
          )}
        </>
      )}
      {details?.room === room && (
        <WithParts key={`panel-${room.id}`} onClose={() => setDetails(undefined)}>
          {({ RoomPanel }) => <RoomPanel chat={chat} room={room} first={details.first} onClose={() => setDetails(undefined)} />}
        </WithParts>
      )}
      <Announcer key={`announcer-${room.id}`} chat={chat} room={room} />
    </FilesOfRoom.Provider>
  );
}
