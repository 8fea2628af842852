import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ConnectionBanner } from "../banner/ConnectionBanner";
import { ExpiryBanner } from "../banner/ExpiryBanner";
import { Drafts } from "../composer/drafts";
import { Sidebar } from "../rooms/Sidebar";
import { openRoomId } from "../route";
import type { SessionStore } from "../session/session";
import { RoomView } from "../timeline/RoomView";
import { Logo } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";
import type { Chat } from "./chat";
import { useMediaQuery } from "./useMediaQuery";

/** Narrower than this the list is a drawer; src/styles/layout.css says the same. */
const DRAWER_QUERY = "(max-width: 719.98px)";

/** Everything of a signed-in user: rooms on the left, the open one beside them. */
export function ChatView({ chat, session }: { chat: Chat; session: SessionStore }) {
  const narrow = useMediaQuery(DRAWER_QUERY);
  const [pulled, setPulled] = useState(false);
  const drafts = useMemo(() => new Drafts(chat.user.id, sessionStorage), [chat]);
  const sidebar = useRef<HTMLElement>(null);
  const puller = useRef<Element>(null);
  const roomId = openRoomId.value;
  const room = chat.open.value;
  // On a phone the list is what one sees first.
  const drawerOpen = narrow && (pulled || roomId === undefined);
  const pull = () => {
    puller.current = document.activeElement;
    setPulled(true);
  };
  const closeDrawer = narrow && roomId !== undefined ? () => setPulled(false) : undefined;

  useEffect(() => {
    if (roomId !== undefined) chat.enter(roomId);
  }, [chat, roomId]);
  useTitle(chat, room?.info.value.name);
  useDrawerFocus(drawerOpen && pulled, sidebar, puller);

  return (
    <div
      class={`chat${drawerOpen ? " drawer-open" : ""}`}
      onKeyDown={(event) => {
        if (event.key === "Escape" && drawerOpen) closeDrawer?.();
      }}
    >
      {room && (
        <a class="skip-link" href="#composer" onClick={focusComposer}>
          Skip to the message field
        </a>
      )}
      <aside id="rooms" ref={sidebar} class="sidebar" aria-label="Rooms and account" inert={narrow && !drawerOpen} tabIndex={-1}>
        <Sidebar chat={chat} session={session} onOpened={() => setPulled(false)} onClose={closeDrawer} />
      </aside>
      {drawerOpen && closeDrawer && <div class="backdrop" onClick={closeDrawer} />}
      <main class="room" inert={drawerOpen}>
        <ConnectionBanner chat={chat} />
        <ExpiryBanner chat={chat} session={session} />
        {room ? <RoomView chat={chat} room={room} drafts={drafts} onMenu={pull} /> : <NoRoom chat={chat} onMenu={pull} />}
      </main>
    </div>
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

/** Moves the focus into a drawer that was pulled out, and back to what pulled it when it is put away. */
function useDrawerFocus(open: boolean, drawer: { current: HTMLElement | null }, puller: { current: Element | null }): void {
  useEffect(() => {
    if (!open) return undefined;
    drawer.current?.focus();
    return () => {
      const { current } = puller;
      // What is behind the drawer takes the focus only once it is no longer inert.
      if (current instanceof HTMLElement) requestAnimationFrame(() => current.focus());
    };
  }, [open]);
}
