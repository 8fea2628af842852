import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { Feeds } from "./feeds";

type Page = typeof import("./FeedsPage");

/** An await of its own: what is chained to import() itself is not told when its style does not come. */
async function load(): Promise<Page> {
  return await import("./FeedsPage");
}

/** The page of feeds and what it shows, once it is loaded. */
export type LoadedFeeds = { kind: "loading" } | { kind: "failed" } | { kind: "ready"; page: Page; feeds: Feeds };

/**
 * Loads the page of feeds when it is first wanted, and keeps its feeds open for as long
 * as the chat lasts, whatever is looked at.
 */
export function useFeeds(chat: Chat | undefined, wanted: boolean): LoadedFeeds {
  const [page, setPage] = useState<Page | "failed">();
  const [feeds, setFeeds] = useState<Feeds>();

  useEffect(() => {
    if (!wanted || page) return;
    load().then(setPage, () => setPage("failed"));
  }, [wanted, page]);

  useEffect(() => {
    if (!chat || !page || page === "failed") return undefined;
    const started = new page.Feeds(chat);
    setFeeds(started);
    return () => {
      setFeeds(undefined);
      started.close();
    };
  }, [chat, page]);

  if (page === "failed") return { kind: "failed" };
  return page && feeds ? { kind: "ready", page, feeds } : { kind: "loading" };
}
