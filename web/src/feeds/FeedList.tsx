import { useRef, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { ChatError } from "../../client/src/index";
import { t } from "../i18n/en/feeds";
import { t as ui } from "../i18n/en/ui";
import { t as ways } from "../i18n/en/ways";
import { numberText } from "../i18n/number";
import type { Declaration } from "../protocol";
import { feedPath, goToFeed, openFeed } from "../route";
import { AccountMenu } from "../session/AccountMenu";
import type { SessionStore } from "../session/session";
import { followHere } from "../ui/followHere";
import { Icon } from "../ui/Icon";
import { RoomsLink, SidebarHead } from "../ui/SidebarHead";
import { received } from "./feed";
import { useKeptFocus } from "../ui/useKeptFocus";
import type { Feeds, FeedState } from "./feeds";
import { messageText, operationsText, watchText } from "./words";

/** Lists shorter than this are read faster than searched. */
const SEARCH_FROM = 8;

interface FeedListProps {
  chat: Chat;
  feeds: Feeds;
  session: SessionStore;
  onOpened: () => void;
  onClose: (() => void) | undefined;
}

/** The streams by what they watch, the one who is signed in, and the way back to the rooms. */
export function FeedList({ chat, feeds, session, onOpened, onClose }: FeedListProps) {
  const [wanted, setWanted] = useState("");
  const all = feeds.declarations.value;
  const found = all.filter((d) => d.name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const nav = useRef<HTMLElement>(null);
  useKeptFocus(nav, feeds.listing.value.kind);
  const searchable = all.length >= SEARCH_FROM || wanted !== "";

  return (
    <>
      <SidebarHead title={ways("liveFeeds")} onClose={onClose}>
        <RoomsLink />
      </SidebarHead>
      {searchable && (
        <div class="feed-search">
          <Icon name="search" size={18} />
          <input type="search" aria-label={t("searchFeeds")} placeholder={t("search")} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} spellcheck={false} />
        </div>
      )}
      <nav ref={nav} class="room-list" aria-label={t("feeds")}>
        {groupsOf(found).map(([title, group], i) => (
          <section key={title} class="feed-group" aria-labelledby={`feed-group-${i}`}>
            <h2 id={`feed-group-${i}`} tabIndex={-1}>
              <bdi>{title}</bdi>
            </h2>
            <ul>
              {group.map((declaration) => (
                <FeedRow key={declaration.name} declaration={declaration} state={feeds.state(declaration.name)} onOpened={onOpened} />
              ))}
            </ul>
          </section>
        ))}
        {all.length > 0 && (
          <p class={found.length === 0 ? "empty empty-small" : "hidden"} role="status">
            {found.length === 0 ? t("noneNamed") : wanted === "" ? "" : t("found", { count: found.length })}
          </p>
        )}
        {all.length === 0 && <Empty feeds={feeds} />}
      </nav>
      <footer class="sidebar-foot">
        <AccountMenu chat={chat} session={session} />
      </footer>
    </>
  );
}

/** By collection, then what watches more than one. */
function groupsOf(declarations: readonly Declaration[]): [string, Declaration[]][] {
  const groups = new Map<string, Declaration[]>();
  const ordered = [...declarations].sort((a, b) => Number(a.collection === "") - Number(b.collection === "") || a.name.localeCompare(b.name));
  for (const declaration of ordered) {
    const title = declaration.collection || watchText(declaration);
    groups.set(title, [...(groups.get(title) ?? []), declaration]);
  }
  return [...groups];
}

function FeedRow({ declaration, state, onOpened }: { declaration: Declaration; state: FeedState; onOpened: () => void }) {
  const { name, collection } = declaration;
  const feed = state.feed.value;
  const { kind } = feed.status;
  return (
    <li>
      <a
        class="room-row feed-row"
        href={feedPath(name)}
        aria-current={openFeed.value === name ? "page" : undefined}
        data-feed={name}
        onClick={followHere(() => {
          goToFeed(name);
          onOpened();
        })}
      >
        <span class="room-row-text">
          <bdi class="room-row-name">{collection === "" ? name : name.slice(collection.length + 1)}</bdi>
          <span class="room-row-preview">{operationsText(declaration)}</span>
        </span>
        {(kind === "open" || kind === "reconnecting") && (
          <span class="feed-live" data-state={kind}>
            {t(kind === "open" ? "live" : "waitingShort")}
            <span aria-hidden="true"> · {numberText(received(feed))}</span>
          </span>
        )}
      </a>
    </li>
  );
}

function Empty({ feeds }: { feeds: Feeds }) {
  const listing = feeds.listing.value;
  if (listing.kind === "loading") return <div class="spinner" role="status" tabIndex={-1} aria-label={ways("loadingFeeds")} />;
  if (listing.kind === "failed") return <Failed isSaid={(openFeed.value ?? "") !== ""} error={listing.error} onRetry={() => feeds.tryAgain()} />;
  return (
    <div class="empty empty-small">
      <p tabIndex={-1}>{t("noneDeclared")}</p>
      {feeds.user.roles.includes("admin") ? (
        <p class="hint">{t.rich("howToDeclare", { option: <code dir="ltr">-mongodb-uri</code>, request: <code dir="ltr">PUT /api/streams/orders/all</code> })}</p>
      ) : (
        <p class="hint">{t("adminDeclares")}</p>
      )}
    </div>
  );
}

/** Why there is no list of feeds. isSaid: in the place of the open one it is said as well, so that it is not spoken twice. */
export function Failed({ error, isSaid, onRetry }: { error: ChatError; isSaid?: boolean; onRetry: () => void }) {
  return (
    <div class="empty empty-small" role={isSaid ? undefined : "alert"}>
      <p>{t(error.code === "NOT_FOUND" ? "noMongo" : "unread")}</p>
      {error.code !== "NOT_FOUND" && <p class="hint">{messageText(error)}</p>}
      <button type="button" class="button-plain" onClick={onRetry}>
        {ui("tryAgain")}
      </button>
    </div>
  );
}
