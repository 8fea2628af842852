import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { Status } from "../chat/status";
import { t } from "../i18n/en/banner";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/now";

/** Gaps shorter than this are nobody's business, in ms. */
const QUIET_GAP_MS = 2_000;
/** How often the countdown is read, in ms. */
const TICK_MS = 250;

/** Says that the connection is gone and when it is tried again, and to screen readers that it is back. Nothing for gaps under 2 s. */
export function ConnectionBanner({ chat }: { chat: Chat }) {
  const [said, setSaid] = useState(false); // of the last gap
  const status = chat.status.value;
  // One element for all of it: what comes into a region that is there already is read aloud.
  return (
    <div role="status">
      {(status.kind === "waiting" || status.kind === "retrying") && <Gap status={status} onSaid={setSaid} onRetry={() => chat.retryNow()} />}
      {said && status.kind === "online" && <span class="hidden">{t("connectedAgain")}</span>}
    </div>
  );
}

interface GapProps {
  status: Extract<Status, { since: number }>;
  /** Told at once, and again when it is shown. */
  onSaid: (said: boolean) => void;
  onRetry: () => void;
}

function Gap({ status, onSaid, onRetry }: GapProps) {
  const now = useNow(TICK_MS);
  const shown = now - status.since >= QUIET_GAP_MS;
  useEffect(() => onSaid(shown), [shown]);
  const seconds = status.kind === "waiting" ? Math.ceil((status.retryAt - now) / 1000) : 0;
  if (!shown) return null;
  return (
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
  );
}
