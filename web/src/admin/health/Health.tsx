import { useRef } from "preact/hooks";
import { t } from "../../i18n/en/admin";
import { t as ui } from "../../i18n/en/ui";
import { fixedText, numberText } from "../../i18n/number";
import { Icon } from "../../ui/Icon";
import { dateAndTime, secondsTime } from "../../ui/time";
import { useKeptFocus } from "../../ui/useKeptFocus";
import { Empty } from "../ListEnd";
import type { ScreenProps } from "../screen";
import type { Instance, Store } from "./decode";
import { useHealth } from "./useHealth";

/** From this on a stream is late, in ms: people notice. */
const LATE_MS = 1_000;

/** How the store and every instance are, while one looks. */
export function Health({ requests }: ScreenProps) {
  const { health, readAt, trouble, refresh } = useHealth(requests);
  const place = useRef<HTMLElement>(null);
  useKeptFocus(place, health === undefined ? "nothing" : "health");
  return (
    <section ref={place} class="admin-screen" tabIndex={-1} aria-label={t("partHealth")} aria-busy={health === undefined && !trouble}>
      {trouble && health === undefined && (
        <Empty icon="alert" title={t("unread")} alert>
          <p>{trouble.message.text}</p>
          <button type="button" class="button-plain" onClick={refresh}>
            {ui("tryAgain")}
          </button>
        </Empty>
      )}
      {trouble && health !== undefined && (
        <p class="health-trouble" role="alert">
          <Icon name="alert" size={16} />
          {trouble.message.text} {readAt !== undefined && t("seenAt", { time: secondsTime(readAt) })}
        </p>
      )}
      {health === undefined && !trouble && <div class="spinner" role="status" aria-label={t("readingHealth")} />}
      {health && (
        <>
          <StoreState store={health.store} />
          <ul class="health" tabIndex={-1} aria-label={t("instances")}>
            {health.instances.map((one) => (
              <InstanceCard key={one.instance} one={one} />
            ))}
          </ul>
          {readAt !== undefined && <p class="hint">{t("healthAsOf", { time: secondsTime(readAt) })}</p>}
        </>
      )}
    </section>
  );
}

function StoreState({ store }: { store: Store }) {
  const name = store.kind === "embedded" ? t("embeddedStore") : store.kind === "mongodb" ? "MongoDB" : store.kind;
  return (
    <p class="health-store" data-state={store.ready ? "good" : "bad"}>
      <Icon name={store.ready ? "check" : "alert"} />
      <span>{store.ready ? t("storeWell", { store: name }) : t("storeIll", { store: name, why: store.message ?? t("noReason") })}</span>
    </p>
  );
}

function InstanceCard({ one }: { one: Instance }) {
  const { told } = one;
  const state = told === undefined ? "unknown" : told.ready ? "good" : "bad";
  const words = { unknown: "notTold", good: "ready", bad: "notReady" } as const;
  return (
    <li class="health-card" data-instance={one.instance} data-state={state}>
      <div class="health-head">
        <h2>
          <bdi>{one.instance}</bdi>
        </h2>
        <span class="health-state">{t(words[state])}</span>
      </div>
      {one.self && <p class="hint">{t("answersYou")}</p>}
      <dl class="health-figures">
        <Figure name={t("connections")} value={numberText(one.connections)} />
        {told && (
          <>
            <Figure name={t("streamLag")} value={lagText(told.lagMs)} isBad={told.lagMs >= LATE_MS} />
            <Figure name={t("sends")} value={rateText(told.sendsPerSecond)} />
            <Figure name={t("queued")} value={numberText(told.queued)} />
            <Figure name={t("version")} value={told.version} />
            <Figure name={t("runsSince")} value={dateAndTime(Date.parse(told.startedAt))} />
          </>
        )}
      </dl>
    </li>
  );
}

function Figure({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-bad={isBad || undefined}>{value}</dd>
    </div>
  );
}

function lagText(ms: number): string {
  return ms < LATE_MS ? `${numberText(ms)} ms` : `${fixedText(ms / 1000, 1)} s`;
}

function rateText(rate: number): string {
  return rate < 10 ? fixedText(rate, 1) : numberText(Math.round(rate));
}
