import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
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
    <main class="room">
      {page === undefined ? (
        <div class="spinner" role="status" aria-label="Loading" />
      ) : (
        <div class="empty" role="alert">
          <h1>This could not be loaded</h1>
          <p>There is no connection, or the server has a newer version of this page.</p>
          <button type="button" class="button-plain" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      )}
    </main>
  );
}
