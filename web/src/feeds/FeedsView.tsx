import { useEffect, useRef } from "preact/hooks";
import { ConnectionBanner } from "../banner/ConnectionBanner";
import { ExpiryBanner } from "../banner/ExpiryBanner";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/feeds";
import { t as ways } from "../i18n/en/ways";
import { openFeed } from "../route";
import type { SessionStore } from "../session/session";
import { Frame } from "../ui/Frame";
import { Icon } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";
import { useKeptFocus } from "../ui/useKeptFocus";
import { Failed, FeedList } from "./FeedList";
import type { Feeds } from "./feeds";
import { StreamView } from "./StreamView";

/** The declared streams on the left, the open one beside them. */
export function FeedsView({ chat, feeds, session }: { chat: Chat; feeds: Feeds; session: SessionStore }) {
  const name = openFeed.value ?? "";
  const declaration = feeds.declarationOf(name);
  const title = ways("liveFeeds");
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place, declaration ? "stream" : feeds.listing.value.kind);
  useEffect(() => {
    document.title = `${name === "" ? "" : `${name} · `}${title} · roomstream`;
  }, [name, title]);

  return (
    <Frame
      listId="feeds"
      listLabel={t("feedsAndAccount")}
      hasOpen={name !== ""}
      list={(onOpened, onClose) => <FeedList chat={chat} feeds={feeds} session={session} onOpened={onOpened} onClose={onClose} />}
    >
      {(onMenu) => (
        <>
          <ConnectionBanner chat={chat} />
          <ExpiryBanner chat={chat} session={session} />
          <div ref={place} class="focus-place">
            {declaration ? (
              <StreamView key={name} feeds={feeds} declaration={declaration} state={feeds.state(name)} onMenu={onMenu} />
            ) : (
              <NoStream feeds={feeds} name={name} onMenu={onMenu} />
            )}
          </div>
        </>
      )}
    </Frame>
  );
}

/** What stands in the open stream's place while none is. */
function NoStream({ feeds, name, onMenu }: { feeds: Feeds; name: string; onMenu: () => void }) {
  const listing = feeds.listing.value;
  const isKnown = name === "" || listing.kind === "ready"; // whether there is one of this name
  return (
    <>
      <header class={isKnown ? "room-head room-head-empty" : "room-head"}>
        <MenuButton label={t("feeds")} controls="feeds" onClick={onMenu} />
        {!isKnown && (
          <div class="room-head-text">
            <h1>
              <bdi>{name}</bdi>
            </h1>
          </div>
        )}
      </header>
      {listing.kind === "loading" ? (
        <div class="spinner" role="status" tabIndex={-1} aria-label={ways("loadingFeeds")} />
      ) : !isKnown && listing.kind === "failed" ? (
        <Failed error={listing.error} onRetry={() => feeds.tryAgain()} />
      ) : (
        <div class="empty">
          <span class="feed-sign" aria-hidden="true">
            <Icon name="feed" size={32} />
          </span>
          {name !== "" ? (
            <>
              <h1>{t.rich("noSuch", { name: <bdi>{name}</bdi> })}</h1>
              <p>{t("noSuchText")}</p>
            </>
          ) : (
            <>
              <h1>{ways("liveFeeds")}</h1>
              <p>
                {t("whatFeedsAre")} {feeds.declarations.value.length > 0 && t("chooseOne")}
              </p>
            </>
          )}
        </div>
      )}
    </>
  );
}
