import { useEffect, useMemo } from "preact/hooks";
import type { Trays } from "../attachments/trays";
import { ConnectionBanner } from "../banner/ConnectionBanner";
import { ExpiryBanner } from "../banner/ExpiryBanner";
import { StorageBanner } from "../banner/StorageBanner";
import { Drafts } from "../composer/drafts";
import { t } from "../i18n/en/chat";
import { Sidebar } from "../rooms/Sidebar";
import { invitation, namesNoRoom, openRoomId } from "../route";
import { AcceptInvitation } from "../session/AcceptInvitation";
import type { SessionStore } from "../session/session";
import { RoomView } from "../timeline/RoomView";
import { Frame } from "../ui/Frame";
import { Logo } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";
import { useToast } from "../ui/useToast";
import type { Chat } from "./chat";

/** Everything of a signed-in user: rooms on the left, the open one beside them. */
export function ChatView({ chat, session, trays }: { chat: Chat; session: SessionStore; trays: Trays }) {
  const drafts = useMemo(() => new Drafts(chat.user.id, () => localStorage), [chat]);
  useEffect(() => drafts.share(window), [drafts]);
  const roomId = openRoomId.value;
  const room = chat.open.value;

  useEffect(() => {
    if (roomId !== undefined) chat.enter(roomId);
  }, [chat, roomId]);
  useTitle(chat, room?.name.value);

  const skip = room && room.presence.value.kind !== "refused" && (
    <a class="skip-link" href="#composer" onClick={focusComposer}>
      {t("skip")}
    </a>
  );
  const invited = invitation.value;
  return (
    <>
      <Frame
        listId="rooms"
        listLabel={t("listLabel")}
        hasOpen={roomId !== undefined || namesNoRoom.value}
        skip={skip}
        list={(onOpened, onClose) => <Sidebar chat={chat} session={session} onOpened={onOpened} onClose={onClose} />}
      >
        {(onMenu) => (
          <>
            <ConnectionBanner chat={chat} />
            <ExpiryBanner chat={chat} session={session} />
            <StorageBanner chat={chat} drafts={drafts} />
            {room ? <RoomView chat={chat} room={room} drafts={drafts} trays={trays} onMenu={onMenu} /> : <NoRoom chat={chat} onMenu={onMenu} />}
          </>
        )}
      </Frame>
      <Notice chat={chat} />
      {invited !== undefined && <AcceptInvitation key={invited} chat={chat} token={invited} />}
    </>
  );
}

/** A word on a room that is not on the screen any more. */
function Notice({ chat }: { chat: Chat }) {
  const { toast, say } = useToast();
  const { notice } = chat;
  useEffect(() => {
    const before = notice.peek();
    return notice.subscribe((now) => {
      if (now !== before && now.line) say(now.line);
    });
  }, [notice]);
  return <div class="notice">{toast}</div>;
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
        {namesNoRoom.value ? (
          <>
            <h1>{t("noSuchRoom")}</h1>
            <p role="alert">{t("noSuchRoomText")}</p>
          </>
        ) : isFirst ? (
          <>
            <h1>{t.rich("welcome", { name: <bdi>{chat.people.name(chat.user.id)}</bdi> })}</h1>
            <p>{t("firstRoom")}</p>
          </>
        ) : (
          <>
            <h1>{t("chooseRoom")}</h1>
            <p>{t("chooseRoomText")}</p>
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
  const unread = chat.unread.value;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${roomName ? `${roomName} · ` : ""}roomstream`;
  }, [unread, roomName]);
}
