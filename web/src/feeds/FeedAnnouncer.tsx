import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/en/feeds";
import { commaText } from "../i18n/number";
import { type Feed, isLive } from "./feed";
import type { FeedState } from "./feeds";
import { countText, KINDS } from "./words";

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
    <p class="hidden" role="log" aria-live="polite" aria-label={t("news")}>
      {line}
    </p>
  );
}

type Counts = Feed["counts"];

/** "3 new events: 2 insert, 1 delete"; empty: nothing is new. */
export function newsText(before: Counts, now: Counts): string {
  const parts: string[] = [];
  let sum = 0;
  for (const kind of KINDS) {
    const more = (now[kind] ?? 0) - (before[kind] ?? 0);
    if (more <= 0) continue;
    sum += more;
    parts.push(countText(kind, more));
  }
  return sum === 0 ? "" : t("newEvents", { count: sum, kinds: commaText(parts) });
}
