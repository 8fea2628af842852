import { ConnectionBanner } from "../banner/ConnectionBanner";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/session";
import { t as ui } from "../i18n/en/ui";
import { signOut } from "../push/usePush";
import { Logo } from "../ui/Icon";
import type { SessionStore } from "./session";

/** Stands where a session is over by this device's clock, until the server has said so or not: it may be anybody who looks. */
export function Unanswered({ chat, session }: { chat: Chat; session: SessionStore }) {
  return (
    <>
      <ConnectionBanner chat={chat} />
      <main class="sign-in">
        <div class="sign-in-card">
          <header class="sign-in-head">
            <Logo size={44} />
            <h1>roomstream</h1>
          </header>
          <div class="spinner" role="status" aria-label={ui("loading")} />
          <button type="button" class="button-plain" onClick={() => signOut(session)}>
            {t("signOut")}
          </button>
        </div>
      </main>
    </>
  );
}
