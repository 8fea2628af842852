import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/Icon";
import { EventRow } from "./EventRow";
import { forgotten, isLive, KEEP_EVENTS, type Kind, received } from "./feed";
import type { FeedState } from "./feeds";
import { kindWords } from "./words";

/** Rows on the page at first, and how many more a press brings: a page of thousands of elements is slow. */
const ROWS = 100;

/** What came, newest first, with what holds it, empties it and counts it. */
export function EventList({ state, copy }: { state: FeedState; copy: (text: string, done: string) => void }) {
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
        <h2 id="feed-events">Events</h2>
        <Counts state={state} />
        <div class="feed-tools">
          <button type="button" class={`button-plain feed-tool${feed.paused ? " on" : ""}`} onClick={() => state.dispatch({ type: "paused", on: !feed.paused })}>
            <Icon name={feed.paused ? "play" : "pause"} size={18} />
            {feed.paused ? `Resume${feed.held.length > 0 ? ` (${feed.held.length} new)` : ""}` : "Pause"}
          </button>
          <button type="button" class="button-plain feed-tool" onClick={() => state.dispatch({ type: "cleared" })}>
            <Icon name="trash" size={18} />
            Clear
          </button>
        </div>
      </header>
      {shown.length === 0 ? (
        <Nothing state={state} />
      ) : (
        <ol ref={list} class="feed-rows" aria-label="Events, newest first">
          {shown.map((entry) => (
            <EventRow key={entry.n} entry={entry} isStop={entry.n === tabStop} copy={copy} />
          ))}
        </ol>
      )}
      {feed.shown.length > rows && (
        <button type="button" class="button-plain feed-more" onClick={() => setRows(rows + ROWS)}>
          Show {Math.min(ROWS, feed.shown.length - rows)} older
        </button>
      )}
      {gone > 0 && (
        <p class="hint feed-gone">
          {gone === 1 ? "1 older event is" : `${gone} older events are`} not kept: this page holds the newest {KEEP_EVENTS}, or fewer where they are large.
        </p>
      )}
    </section>
  );
}

function Counts({ state }: { state: FeedState }) {
  const { counts } = state.feed.value;
  const present = (Object.keys(kindWords) as Kind[]).filter((kind) => counts[kind]);
  if (present.length === 0) return null;
  return (
    <ul class="feed-counts" aria-label={`${received(state.feed.value)} events`}>
      {present.map((kind) => (
        <li key={kind} class="feed-kind" data-kind={kind}>
          <Icon name={kindWords[kind].icon} size={14} />
          {counts[kind]} {kindWords[kind].text.toLowerCase()}
        </li>
      ))}
    </ul>
  );
}

function Nothing({ state }: { state: FeedState }) {
  const feed = state.feed.value;
  if (feed.paused && feed.held.length > 0) return <Blank title="Paused" text="What came is held back. Resume to see it." />;
  if (feed.status.kind === "opening") return <div class="spinner" role="status" aria-label="Opening the stream" />;
  if (isLive(feed)) return <Blank title="Waiting for the first event" text="Whatever changes in the database, and the stream lets through, appears here at once." />;
  return <Blank title="Nothing here yet" text="Open the stream to see what changes, as it changes." />;
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
