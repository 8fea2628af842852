import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/feeds";
import type { Words } from "../i18n/words";
import { Icon } from "../ui/Icon";
import { EventRow } from "./EventRow";
import { forgotten, isLive, KEEP_EVENTS, received } from "./feed";
import type { FeedState } from "./feeds";
import { countText, kindIcons, KINDS } from "./words";

/** Rows on the page at first, and how many more a press brings: a page of thousands of elements is slow. */
const ROWS = 100;

/** What came, newest first, with what holds it, empties it and counts it. */
export function EventList({ state, copy }: { state: FeedState; copy: (text: string, done: Words) => void }) {
  const feed = state.feed.value;
  const [rows, setRows] = useState(ROWS);
  const [stop, setStop] = useState(0); // the row that Tab stops at
  const list = useRef<HTMLOListElement>(null);
  const shown = feed.shown.slice(0, rows);
  const tabStop = shown.some((entry) => entry.n === stop && "change" in entry) ? stop : (shown.find((entry) => "change" in entry)?.n ?? 0);
  const gone = forgotten(feed);
  useRowKeys(list, setStop);

  return (
    <section class="feed-events" aria-labelledby="feed-events">
      <header class="feed-bar">
        <h2 id="feed-events">{t("events")}</h2>
        <Counts state={state} />
        <div class="feed-tools">
          <button type="button" class={`button-plain feed-tool${feed.paused ? " on" : ""}`} onClick={() => state.dispatch({ type: "paused", on: !feed.paused })}>
            <Icon name={feed.paused ? "play" : "pause"} size={18} />
            {!feed.paused ? t("pause") : feed.held.length > 0 ? t("resumeNew", { count: feed.held.length }) : t("resume")}
          </button>
          <button type="button" class="button-plain feed-tool" onClick={() => state.dispatch({ type: "cleared" })}>
            <Icon name="trash" size={18} />
            {t("clear")}
          </button>
        </div>
      </header>
      {shown.length === 0 ? (
        <Nothing state={state} />
      ) : (
        <ol ref={list} class="feed-rows" aria-label={t("eventsNewest")}>
          {shown.map((entry) => (
            <EventRow key={entry.n} entry={entry} isStop={entry.n === tabStop} copy={copy} />
          ))}
        </ol>
      )}
      {feed.shown.length > rows && (
        <button type="button" class="button-plain feed-more" onClick={() => setRows(rows + ROWS)}>
          {t("showOlder", { count: Math.min(ROWS, feed.shown.length - rows) })}
        </button>
      )}
      {gone > 0 && (
        <p class="hint feed-gone">{t("gone", { count: gone, most: KEEP_EVENTS })}</p>
      )}
    </section>
  );
}

function Counts({ state }: { state: FeedState }) {
  const { counts } = state.feed.value;
  const present = KINDS.filter((kind) => counts[kind]);
  if (present.length === 0) return null;
  return (
    <ul class="feed-counts" aria-label={t("received", { count: received(state.feed.value) })}>
      {present.map((kind) => (
        <li key={kind} class="feed-kind" data-kind={kind}>
          <Icon name={kindIcons[kind]} size={14} />
          {countText(kind, counts[kind] ?? 0)}
        </li>
      ))}
    </ul>
  );
}

function Nothing({ state }: { state: FeedState }) {
  const feed = state.feed.value;
  if (feed.paused && feed.held.length > 0) return <Blank title={t("paused")} text={t("pausedText")} />;
  if (feed.status.kind === "opening") return <div class="spinner" role="status" aria-label={t("opening")} />;
  if (isLive(feed)) return <Blank title={t("waiting")} text={t("waitingText")} />;
  return <Blank title={t("blank")} text={t("blankText")} />;
}

function Blank({ title, text }: { title: string; text: string }) {
  return (
    <div class="empty feed-blank">
      <h3>{title}</h3>
      <p>{text}</p>
    </div>
  );
}

/** Up and down go from row to row, Home and End to the first and the last; the one that had the focus keeps Tab's stop. */
function useRowKeys(list: { current: HTMLOListElement | null }, onFocus: (n: number) => void): void {
  useEffect(() => {
    const rowOf = (target: EventTarget | null) => (target instanceof HTMLElement && list.current?.contains(target) && target.matches("[data-n]") ? target : undefined);
    const focused = (event: FocusEvent) => {
      const row = rowOf(event.target);
      if (row) onFocus(Number(row.dataset["n"]));
    };
    const pressed = (event: KeyboardEvent) => {
      const row = rowOf(event.target);
      if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
      const all = [...(list.current?.querySelectorAll<HTMLElement>("[data-n]") ?? [])];
      const to = { ArrowDown: all[all.indexOf(row) + 1], ArrowUp: all[all.indexOf(row) - 1], Home: all[0], End: all.at(-1) }[event.key];
      if (!to) return;
      event.preventDefault();
      to.focus();
    };
    document.addEventListener("focusin", focused);
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("focusin", focused);
      document.removeEventListener("keydown", pressed);
    };
  }, []);
}
