import { useEffect } from "preact/hooks";
import { ConnectionBanner } from "../banner/ConnectionBanner";
import { ExpiryBanner } from "../banner/ExpiryBanner";
import type { Chat } from "../chat/chat";
import { openFeed } from "../route";
import type { SessionStore } from "../session/session";
import { Frame } from "../ui/Frame";
import { Icon } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";
import { FeedList } from "./FeedList";
import type { Feeds } from "./feeds";
import { StreamView } from "./StreamView";

/** The declared streams on the left, the open one beside them. */
export function FeedsView({ chat, feeds, session }: { chat: Chat; feeds: Feeds; session: SessionStore }) {
  const name = openFeed.value ?? "";
  const declaration = feeds.declarationOf(name);
  useEffect(() => {
    document.title = `${name === "" ? "" : `${name} · `}Live feeds · roomstream`;
  }, [name]);

  return (
    <Frame
      listId="feeds"
      listLabel="Feeds and account"
      hasOpen={name !== ""}
      list={(onOpened, onClose) => <FeedList chat={chat} feeds={feeds} session={session} onOpened={onOpened} onClose={onClose} />}
    >
      {(onMenu) => (
        <>
          <ConnectionBanner chat={chat} />
          <ExpiryBanner chat={chat} session={session} />
          {declaration ? (
            <StreamView key={name} feeds={feeds} declaration={declaration} state={feeds.state(name)} onMenu={onMenu} />
          ) : (
            <NoStream feeds={feeds} name={name} onMenu={onMenu} />
          )}
        </>
      )}
    </Frame>
  );
}

/** What stands in the open stream's place while none is. */
function NoStream({ feeds, name, onMenu }: { feeds: Feeds; name: string; onMenu: () => void }) {
  const listing = feeds.listing.value;
  return (
    <>
      <header class="room-head room-head-empty">
        <MenuButton label="Feeds" controls="feeds" onClick={onMenu} />
      </header>
      {listing.kind === "loading" ? (
        <div class="spinner" role="status" aria-label="Loading the feeds" />
      ) : (
        <div class="empty">
          <span class="feed-sign" aria-hidden="true">
            <Icon name="feed" size={32} />
          </span>
          {name !== "" && listing.kind === "ready" ? (
            <>
              <h1>
                There is no stream <bdi>{name}</bdi>
              </h1>
              <p>It was removed, or you may not open it.</p>
            </>
          ) : (
            <>
              <h1>Live feeds</h1>
              <p>A feed tells of every change in a collection of the database, as it happens.{feeds.declarations.value.length > 0 && " Choose one from the list."}</p>
            </>
          )}
        </div>
      )}
    </>
  );
}
