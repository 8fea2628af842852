import { useComputed } from "@preact/signals";
import { useMemo, useState } from "preact/hooks";
import { activity, type Chat } from "../chat/chat";
import { goTo, openRoomId } from "../route";
import { AccountMenu } from "../session/AccountMenu";
import type { SessionStore } from "../session/session";
import { FeedsLink } from "../feeds/FeedsLink";
import { Search } from "../search/search";
import { SearchBox } from "../search/SearchBox";
import { SearchResults } from "../search/SearchResults";
import { Icon, Logo } from "../ui/Icon";
import { useNow } from "../ui/now";
import { NewRoom } from "./NewRoom";
import { RoomRow } from "./RoomRow";

/** How often the times of the list are read anew, in ms. */
const TIMES_EVERY_MS = 30_000;

interface SidebarProps {
  chat: Chat;
  session: SessionStore;
  onOpened: () => void;
  /** Given where the list covers the messages. */
  onClose: (() => void) | undefined;
}

/** The rooms, the one who is signed in, and the way out. */
export function Sidebar({ chat, session, onOpened, onClose }: SidebarProps) {
  const [naming, setNaming] = useState(false);
  const now = useNow(TIMES_EVERY_MS);
  const search = useMemo(() => new Search(chat.session), [chat]);
  const open = chat.open.value?.info.value;
  const rooms = useComputed(() =>
    [...chat.rooms.value.values()]
      .filter((room) => room.presence.value.kind !== "refused")
      .sort((a, b) => activity(b) - activity(a) || a.id.localeCompare(b.id)),
  );

  return (
    <>
      <header class="sidebar-head">
        <Logo size={30} />
        <h1>roomstream</h1>
        <FeedsLink />
        <button type="button" class="button-icon" aria-label="Open a room" title="Open a room" onClick={() => setNaming(true)}>
          <Icon name="plus" />
        </button>
        {onClose && (
          <button type="button" class="button-icon" aria-label="Close the list" onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      <SearchBox search={search} room={open} />
      {search.text.value !== "" && <SearchResults chat={chat} search={search} now={now} onOpened={onOpened} />}
      <nav class="room-list" aria-label="Rooms" hidden={search.text.value !== ""}>
        {rooms.value.length > 0 ? (
          <ul>
            {rooms.value.map((room) => (
              <RoomRow key={room.id} room={room} me={chat.user.id} now={now} isOpen={room.id === openRoomId.value} onOpened={onOpened} />
            ))}
          </ul>
        ) : (
          <Empty listing={chat.listing.value} onRetry={() => void chat.readList()} onNew={() => setNaming(true)} />
        )}
      </nav>
      <footer class="sidebar-foot">
        <AccountMenu chat={chat} session={session} />
      </footer>
      {naming && (
        <NewRoom
          onClose={() => setNaming(false)}
          onOpen={(roomId) => {
            setNaming(false);
            goTo(roomId);
            onOpened();
          }}
        />
      )}
    </>
  );
}

interface EmptyProps {
  listing: "loading" | "ready" | "failed";
  onRetry: () => void;
  onNew: () => void;
}

function Empty({ listing, onRetry, onNew }: EmptyProps) {
  if (listing === "loading") return <div class="spinner" role="status" aria-label="Loading rooms" />;
  if (listing === "failed") {
    return (
      <div class="empty empty-small" role="alert">
        <p>The rooms could not be read.</p>
        <button type="button" class="button-plain" onClick={onRetry}>
          Try again
        </button>
      </div>
    );
  }
  return (
    <div class="empty empty-small">
      <p>There are no rooms yet.</p>
      <button type="button" class="button-plain" onClick={onNew}>
        Open the first one
      </button>
    </div>
  );
}
