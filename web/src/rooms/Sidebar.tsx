import { useMemo, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { useHotkeys } from "../chat/useHotkeys";
import { useServerNow } from "../chat/useServerNow";
import { WithParts } from "../details/WithParts";
import { t } from "../i18n/en/rooms";
import { goTo } from "../route";
import { AccountMenu } from "../session/AccountMenu";
import type { SessionStore } from "../session/session";
import { FeedsLink } from "../feeds/FeedsLink";
import { Search } from "../search/search";
import { SearchBox } from "../search/SearchBox";
import { SearchResults } from "../search/SearchResults";
import { ActionMenu } from "../ui/ActionMenu";
import { Icon } from "../ui/Icon";
import { SidebarHead } from "../ui/SidebarHead";
import { ThreadsButton } from "../threads/ThreadsButton";
import { UnsentButton } from "../unsent/UnsentButton";
import { RoomList } from "./RoomList";

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
  const now = useServerNow(chat, TIMES_EVERY_MS);
  const search = useMemo(() => new Search(chat.client), [chat]);
  const open = chat.open.value;
  const [making, setMaking] = useState<"menu" | Making>();
  const [showsKeys, setShowsKeys] = useState(false);
  const plus = useRef<HTMLButtonElement>(null);
  useHotkeys({ find: () => setMaking("find"), help: () => setShowsKeys(true) });

  return (
    <>
      <SidebarHead title="roomstream" onClose={onClose}>
        <FeedsLink />
        <button ref={plus} type="button" class="button-icon" aria-label={t("newRoomOrMessage")} title={t("newRoomOrMessage")} aria-haspopup="menu" onClick={() => setMaking("menu")}>
          <Icon name="plus" />
        </button>
      </SidebarHead>
      <SearchBox chat={chat} search={search} now={now} room={open && { id: open.id, name: open.name.value }} />
      {search.text.value !== "" && <SearchResults chat={chat} search={search} now={now} onOpened={onOpened} />}
      <UnsentButton chat={chat} onOpened={onOpened} />
      <ThreadsButton chat={chat} onOpened={onOpened} />
      <nav class="room-list" aria-label={t("sectionRooms")} hidden={search.text.value !== ""}>
        <RoomList chat={chat} now={now} onOpened={onOpened} onNew={() => setMaking("room")} />
      </nav>
      <footer class="sidebar-foot">
        <AccountMenu chat={chat} session={session} onKeys={() => setShowsKeys(true)} />
      </footer>
      {making === "menu" && plus.current && (
        <ActionMenu
          label={t("newMenu")}
          anchor={plus.current}
          alignEnd
          choices={[]}
          actions={[
            { id: "room", label: t("create"), icon: "rooms", run: () => setMaking("room") },
            { id: "direct", label: t("newDirect"), icon: "person", run: () => setMaking("direct") },
            { id: "find", label: t("find"), icon: "search", run: () => setMaking("find") },
          ]}
          onClose={() => {
            setMaking(undefined);
            plus.current?.focus();
          }}
        />
      )}
      {showsKeys && <WithParts onClose={() => setShowsKeys(false)}>{({ KeysDialog }) => <KeysDialog onClose={() => setShowsKeys(false)} />}</WithParts>}
      {making !== undefined && making !== "menu" && (
        <MakeDialog
          making={making}
          chat={chat}
          onClose={() => setMaking(undefined)}
          onOpen={(roomId) => {
            setMaking(undefined);
            goTo(roomId);
            onOpened();
          }}
        />
      )}
    </>
  );
}

type Making = "room" | "direct" | "find";

interface MakeDialogProps {
  making: Making;
  chat: Chat;
  onOpen: (roomId: string) => void;
  onClose: () => void;
}

function MakeDialog({ making, ...props }: MakeDialogProps) {
  return (
    <WithParts onClose={props.onClose}>
      {({ CreateRoom, NewDirect, FindRoom }) => {
        if (making === "room") return <CreateRoom {...props} />;
        if (making === "direct") return <NewDirect {...props} />;
        return <FindRoom {...props} />;
      }}
    </WithParts>
  );
}
