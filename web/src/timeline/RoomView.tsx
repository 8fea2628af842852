import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { Composer } from "../composer/Composer";
import type { Drafts } from "../composer/drafts";
import { EditForm } from "../composer/EditForm";
import { Announcer } from "./Announcer";
import { RoomHeader } from "./RoomHeader";
import type { Item } from "./rows";
import { Timeline } from "./Timeline";

interface RoomViewProps {
  chat: Chat;
  room: RoomState;
  drafts: Drafts;
  onMenu: () => void;
}

/** An open room: its head, its messages, and where one writes. */
export function RoomView({ chat, room, drafts, onMenu }: RoomViewProps) {
  const [editing, setEditing] = useState<{ room: RoomState; item: Item }>();
  const edited = editing?.room === room ? editing.item : undefined;
  const presence = room.presence.value;
  return (
    <>
      <RoomHeader room={room} onMenu={onMenu} />
      {presence.kind === "refused" ? (
        <div class="empty">
          <h2>This room cannot be opened</h2>
          <p role="alert">{presence.message}</p>
        </div>
      ) : (
        <>
          <Timeline key={room.id} chat={chat} room={room} onEdit={(item) => setEditing({ room, item })} />
          {edited ? (
            <EditForm
              key={`edit-${room.id}/${edited.seq}`}
              text={edited.text}
              maxLength={chat.maxTextLength.value}
              onSave={(text) => chat.edit(room, edited.seq, text)}
              onClose={() => setEditing(undefined)}
            />
          ) : (
            <Composer
              key={`composer-${room.id}`}
              roomId={room.id}
              roomName={room.info.value.name}
              maxLength={chat.maxTextLength.value}
              drafts={drafts}
              onSend={(text) => chat.send(room, text)}
            />
          )}
        </>
      )}
      <Announcer key={`announcer-${room.id}`} chat={chat} room={room} />
    </>
  );
}
