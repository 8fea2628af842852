import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/banner";
import { Renewal } from "../session/Renewal";
import type { SessionStore } from "../session/session";
import { useNow } from "../ui/now";

/** Offers to sign in again while the session is about to end; asks for it once it has ended. */
export function ExpiryBanner({ chat, session }: { chat: Chat; session: SessionStore }) {
  const [asking, setAsking] = useState(false);
  if (chat.status.value.kind === "refused") return <Renewal chat={chat} session={session} />;
  const expiresAt = chat.expiring.value;
  if (expiresAt === undefined) return null;
  return (
    <>
      <div class="banner" role="status">
        <span class="banner-text">
          <strong>{t("endsSoon")}</strong> <Countdown until={expiresAt - chat.clockSkewMs} />
        </span>
        <button type="button" class="banner-action" onClick={() => setAsking(true)}>
          {t("staySignedIn")}
        </button>
      </div>
      {asking && <Renewal chat={chat} session={session} onClose={() => setAsking(false)} />}
    </>
  );
}

/** until: ms of Date.now(). */
function Countdown({ until }: { until: number }) {
  const seconds = Math.max(0, Math.ceil((until - useNow(1000)) / 1000));
  return <span aria-hidden="true">{t("secondsLeft", { seconds })}</span>;
}
