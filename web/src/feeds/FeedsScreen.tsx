import type { Chat } from "../chat/chat";
import type { SessionStore } from "../session/session";
import type { LoadedFeeds } from "./useFeeds";

/** The page of feeds, or what stands there until its program has come. */
export function FeedsScreen({ loaded, chat, session }: { loaded: LoadedFeeds; chat: Chat; session: SessionStore }) {
  if (loaded.kind === "ready") return <loaded.page.FeedsView chat={chat} feeds={loaded.feeds} session={session} />;
  return (
    <main class="room feeds-loading">
      {loaded.kind === "loading" ? (
        <div class="spinner" role="status" aria-label="Loading the feeds" />
      ) : (
        <div class="empty" role="alert">
          <h1>The feeds could not be loaded</h1>
          <p>There is no connection, or the server has a newer version of this page.</p>
          <button type="button" class="button-plain" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      )}
    </main>
  );
}
