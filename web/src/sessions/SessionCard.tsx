import { useId } from "preact/hooks";
import { t } from "../i18n/en/sessions";
import { agoText, dateAndTime, exactTime } from "../ui/time";
import { deviceText } from "./agent";
import type { AccountSession } from "./sessions";

interface SessionCardProps {
  session: AccountSession;
  now: number;
  onEnd: () => void;
}

/** One place where the account is signed in. The one that is looked from has no end here: signing out is that. */
export function SessionCard({ session, now, onEnd }: SessionCardProps) {
  const { id, createdAt, seenAt, address, agent, isCurrent } = session;
  const facts = useId();
  const device = deviceText(agent);
  return (
    <li class="card" data-session={id}>
      <p class="session-head">
        <span class="session-device">{device}</span>
        {isCurrent && <span class="session-here">{t("here")}</span>}
      </p>
      <ul id={facts} class="session-facts">
        <li>{isCurrent ? t("inUse") : usedText(seenAt, now)}</li>
        <li>
          <time dateTime={new Date(createdAt).toISOString()} title={exactTime(createdAt)}>
            {t("begun", { date: dateAndTime(createdAt) })}
          </time>
        </li>
        {address !== undefined && <li>{t.rich("from", { address: <Address of={address} /> })}</li>}
      </ul>
      {!isCurrent && (
        <button type="button" class="button-link" aria-haspopup="dialog" aria-label={t("endOne", { device })} aria-describedby={facts} onClick={onEnd}>
          {t("end")}
        </button>
      )}
    </li>
  );
}

/** A long one, of IPv6, breaks behind a colon. */
function Address({ of }: { of: string }) {
  return <bdi>{of.split(":").flatMap((part, i) => (i === 0 ? [part] : [":", <wbr key={i} />, part]))}</bdi>;
}

function usedText(seenAt: number, now: number): string {
  const ago = agoText(seenAt, now);
  return ago === undefined ? t("lastUsedOn", { date: dateAndTime(seenAt) }) : t("lastUsed", { ago });
}
