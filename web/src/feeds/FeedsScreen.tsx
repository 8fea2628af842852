import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/ways";
import type { SessionStore } from "../session/session";
import type { LoadedFeeds } from "./useFeeds";

/** The page of feeds, or what stands there until its program has come. */
export function FeedsScreen({ loaded, chat, session }: { loaded: LoadedFeeds; chat: Chat; session: SessionStore }) {
  if (loaded.kind === "ready") return <loaded.page.FeedsView chat={chat} feeds={loaded.feeds} session={session} />;
  return (
    <main class="room room-alone">
      {loaded.kind === "loading" ? (
        <div class="spinner" role="status" aria-label={t("loadingFeeds")} />
      ) : (
        <div class="empty" role="alert">
          <h1>{t("feedsFailed")}</h1>
          <p>{t("whyFailed")}</p>
          <button type="button" class="button-plain" onClick={() => location.reload()}>
            {t("loadAgain")}
          </button>
        </div>
      )}
    </main>
  );
}
