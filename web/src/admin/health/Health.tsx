import { Icon } from "../../ui/Icon";
import { dateAndTime, secondsTime } from "../../ui/time";
import type { ScreenProps } from "../screen";
import type { Instance, Store } from "./decode";
import { useHealth } from "./useHealth";

/** From this on a stream is late, in ms: people notice. */
const LATE_MS = 1_000;

const storeNames: Readonly<Record<string, string>> = { embedded: "The embedded store", mongodb: "MongoDB" };

/** How the store and every instance are, while one looks. */
export function Health({ requests }: ScreenProps) {
  const { health, readAt, trouble } = useHealth(requests);
  return (
    <section class="admin-screen" tabIndex={-1} aria-label="Health">
      {trouble && (
        <p class="health-trouble" role="alert">
          <Icon name="alert" size={16} />
          {trouble.message} {readAt !== undefined && `What you see is of ${secondsTime(readAt)}.`}
        </p>
      )}
      {health === undefined && !trouble && <div class="spinner" role="status" aria-label="Reading how the server is" />}
      {health && (
        <>
          <StoreState store={health.store} />
          <ul class="health" aria-label="Instances">
            {health.instances.map((one) => (
              <InstanceCard key={one.instance} one={one} />
            ))}
          </ul>
          {readAt !== undefined && <p class="hint">As of {secondsTime(readAt)}. It is read every 2 seconds while you look; what other instances tell is up to 3 seconds older.</p>}
        </>
      )}
    </section>
  );
}

function StoreState({ store }: { store: Store }) {
  const name = storeNames[store.kind] ?? store.kind;
  return (
    <p class="health-store" data-state={store.ready ? "good" : "bad"}>
      <Icon name={store.ready ? "check" : "alert"} />
      <span>{store.ready ? `${name} takes messages and tells of them.` : `${name} does not answer as it should: ${store.message ?? "no reason was told."}`}</span>
    </p>
  );
}

function InstanceCard({ one }: { one: Instance }) {
  const { told } = one;
  const state = told === undefined ? "unknown" : told.ready ? "good" : "bad";
  const words = { unknown: "Has not told yet", good: "Ready", bad: "Not ready" };
  return (
    <li class="health-card" data-instance={one.instance} data-state={state}>
      <div class="health-head">
        <h2>
          <bdi>{one.instance}</bdi>
        </h2>
        <span class="health-state">{words[state]}</span>
      </div>
      {one.self && <p class="hint">This one answers you.</p>}
      <dl class="health-figures">
        <Figure name="Connections" value={one.connections.toLocaleString("en")} />
        {told && (
          <>
            <Figure name="Stream lag" value={lagText(told.lagMs)} isBad={told.lagMs >= LATE_MS} />
            <Figure name="Sends a second" value={rateText(told.sendsPerSecond)} />
            <Figure name="Waiting to be stored" value={told.queued.toLocaleString("en")} />
            <Figure name="Version" value={told.version} />
            <Figure name="Runs since" value={dateAndTime(Date.parse(told.startedAt))} />
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
  return ms < LATE_MS ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function rateText(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en");
}
