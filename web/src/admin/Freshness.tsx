import { t } from "../i18n/en/admin";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/now";
import { secondsTime } from "../ui/time";
import type { Listed, ReadList } from "./useList";

/** What was read longer ago is said to be old, in ms: others act meanwhile. */
const STALE_MS = 60_000;
/** How often the age is read, in ms. */
const AGE_EVERY_MS = 5_000;

/** When a list was read, and the button that reads it again. */
export function Freshness({ list, listed }: { list: ReadList; listed: Listed }) {
  const now = useNow(AGE_EVERY_MS);
  const { readAt, busy, trouble } = list;
  const age = readAt === undefined ? 0 : now - readAt;
  // What could not be read at all has a button of its own.
  if (readAt === undefined && trouble) return null;
  const isStale = readAt !== undefined && (age >= STALE_MS || trouble !== undefined);
  return (
    <div class="freshness" data-stale={isStale || undefined}>
      <span class="freshness-text" role="status">
        {readAt !== undefined && (trouble ? t("notReadAgain", { why: trouble.message.text, time: secondsTime(readAt) }) : t("asOf", { time: secondsTime(readAt) }))}
      </span>
      {isStale && !trouble && <span class="freshness-text">{t("old", { age: ageText(age) })}</span>}
      {/* Not disabled while it is read: the focus would be lost. */}
      <button type="button" class="button-plain freshness-button" aria-disabled={busy} aria-label={t("refreshThe", { what: t(listed) })} onClick={() => !busy && list.refresh()}>
        <Icon name="retry" size={16} />
        {t("refresh")}
      </button>
    </div>
  );
}

function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return t("ageMinutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t("ageHours", { n: hours }) : t("ageDays", { n: Math.floor(hours / 24) });
}
