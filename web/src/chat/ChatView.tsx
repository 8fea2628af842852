import { useEffect, useMemo } from "preact/hooks";
import { ConnectionBanner } from "../banner/ConnectionBanner";
import { ExpiryBanner } from "../banner/ExpiryBanner";
import { Drafts } from "../composer/drafts";
import { Sidebar } from "../rooms/Sidebar";
import { openRoomId } from "../route";
import type { SessionStore } from "../session/session";
import { RoomView } from "../timeline/RoomView";
import { Frame } from "../ui/Frame";
import { Logo } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";
import type { Chat } from "./chat";

/** Everything of a signed-in user: rooms on the left, the open one beside them. */
export function ChatView({ chat, session }: { chat: Chat; session: SessionStore }) {
  const drafts = useMemo(() => new Drafts(chat.user.id, sessionStorage), [chat]);
  const roomId = openRoomId.value;
  const room = chat.open.value;

  useEffect(() => {
    if (roomId !== undefined) chat.enter(roomId);
  }, [chat, roomId]);
  useTitle(chat, room?.info.value.name);

  const skip = room && (
    <a class="skip-link" href="#composer" onClick={focusComposer}>
      Skip to the message field
    </a>
  );
  return (
    <Frame
      listId="rooms"
      listLabel="Rooms and account"
      hasOpen={roomId !== undefined}
      skip={skip}
      list={(onOpened, onClose) => <Sidebar chat={chat} session={session} onOpened={onOpened} onClose={onClose} />}
    >
      {(onMenu) => (
        <>
          <ConnectionBanner chat={chat} />
          <ExpiryBanner chat={chat} session={session} />
          {room ? <RoomView chat={chat} room={room} drafts={drafts} onMenu={onMenu} /> : <NoRoom chat={chat} onMenu={onMenu} />}
        </>
      )}
    </Frame>
  );
}

/** What stands in the open room's place while none is. */
function NoRoom({ chat, onMenu }: { chat: Chat; onMenu: () => void }) {
  const isFirst = chat.listing.value === "ready" && chat.rooms.value.size === 0;
  return (
    <>
      <header class="room-head room-head-empty">
        <MenuButton onClick={onMenu} />
      </header>
      <div class="empty">
        <Logo size={56} />
        {isFirst ? (
          <>
            <h1>
              Welcome, <bdi>{chat.user.name}</bdi>
            </h1>
            <p>Nobody has opened a room yet. Open the first one with the plus sign in the list.</p>
          </>
        ) : (
          <>
            <h1>Choose a room</h1>
            <p>Everything said there is kept, in order. You can read it from the start.</p>
          </>
        )}
      </div>
    </>
  );
}

function focusComposer(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("composer")?.focus();
}

function useTitle(chat: Chat, roomName: string | undefined): void {
  let unread = 0;
  for (const room of chat.rooms.value.values()) unread += room.unread.value;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${roomName ? `${roomName} · ` : ""}roomstream`;
  }, [unread, roomName]);
}
