import type { Chat } from "../chat/chat";
import type { Status } from "../chat/status";
import { t } from "../i18n/en/banner";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/now";

/** Gaps shorter than this are nobody's business, in ms. */
const QUIET_GAP_MS = 2_000;
/** How often the countdown is read, in ms. */
const TICK_MS = 250;

/** Says that the connection is gone and when it is tried again. Nothing for gaps under 2 s. */
export function ConnectionBanner({ chat }: { chat: Chat }) {
  const status = chat.status.value;
  if (status.kind !== "waiting" && status.kind !== "retrying") return <div role="status" />;
  return <Gap status={status} onRetry={() => chat.retryNow()} />;
}

type GapStatus = Extract<Status, { since: number }>;

function Gap({ status, onRetry }: { status: GapStatus; onRetry: () => void }) {
  const now = useNow(TICK_MS);
  const shown = now - status.since >= QUIET_GAP_MS;
  const seconds = status.kind === "waiting" ? Math.ceil((status.retryAt - now) / 1000) : 0;
  return (
    <div role="status">
      {shown && (
        <div class="banner" data-testid="connection-banner">
          <span class="banner-dot" aria-hidden="true" />
          <span class="banner-text">
            <strong>{t("noConnection")}</strong> {/* The countdown would be read aloud each second. */}
            <span aria-hidden="true">{seconds > 0 ? t("reconnectingIn", { seconds }) : t("reconnecting")}</span>
          </span>
          <button type="button" class="banner-action" onClick={onRetry} disabled={status.kind === "retrying"}>
            <Icon name="retry" size={16} />
            {t("retryNow")}
          </button>
        </div>
      )}
    </div>
  );
}
