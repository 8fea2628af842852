import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { t as ui } from "../i18n/en/ui";
import { t as ways } from "../i18n/en/ways";
import type { SessionStore } from "../session/session";

type Page = typeof import("./AdminPage");

/** An await of its own: what is chained to import() itself is not told when its style does not come. */
async function load(): Promise<Page> {
  return await import("./AdminPage");
}

/** The screens of moderators and admins, or what stands there until their program has come: few people need it. */
export function AdminScreen({ chat, session }: { chat: Chat; session: SessionStore }) {
  const [page, setPage] = useState<Page | "failed">();
  useEffect(() => {
    load().then(setPage, () => setPage("failed"));
  }, []);
  if (page !== undefined && page !== "failed") return <page.AdminView chat={chat} session={session} />;
  return (
    <main class="room room-alone">
      {page === undefined ? (
        <div class="spinner" role="status" aria-label={ui("loading")} />
      ) : (
        <div class="empty" role="alert">
          <h1>{ways("failed")}</h1>
          <p>{ways("whyFailed")}</p>
          <button type="button" class="button-plain" onClick={() => location.reload()}>
            {ways("loadAgain")}
          </button>
        </div>
      )}
    </main>
  );
}
