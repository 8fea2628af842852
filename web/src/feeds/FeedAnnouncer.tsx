import { useEffect, useState } from "preact/hooks";
import { type Feed, type Kind, isLive } from "./feed";
import type { FeedState } from "./feeds";
import { kindWords } from "./words";

/** The shortest time between two lines, in ms: events may come faster than they could be read aloud. */
const EVERY_MS = 5_000;

/** Says how many events came, politely and now and then. What they are can be read in the list. */
export function FeedAnnouncer({ state }: { state: FeedState }) {
  const [line, setLine] = useState("");
  useEffect(() => {
    let told = state.feed.peek().counts;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      const { counts } = state.feed.peek();
      const text = newsText(told, counts);
      told = counts;
      setLine(text);
    };
    const unwatch = state.feed.subscribe((feed: Feed) => {
      if (feed.counts !== told && isLive(feed) && !feed.paused) timer ??= setTimeout(tell, EVERY_MS);
    });
    return () => {
      unwatch();
      clearTimeout(timer);
    };
  }, [state]);
  return (
    <p class="hidden" role="log" aria-live="polite" aria-label="News of the feed">
      {line}
    </p>
  );
}

type Counts = Feed["counts"];

/** "3 new events: 2 insert, 1 delete"; empty: nothing is new. */
export function newsText(before: Counts, now: Counts): string {
  const parts: string[] = [];
  let sum = 0;
  for (const kind of Object.keys(kindWords) as Kind[]) {
    const more = (now[kind] ?? 0) - (before[kind] ?? 0);
    if (more <= 0) continue;
    sum += more;
    parts.push(`${more} ${kindWords[kind].text.toLowerCase()}`);
  }
  return sum === 0 ? "" : `${sum} new ${sum === 1 ? "event" : "events"}: ${parts.join(", ")}`;
}
