import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {
  searchMessages: "メッセージを検索",
  clear: "検索をクリア",
  onlyIn: "{room}のみ",
  messagesFound: "見つかったメッセージ",
  searching: "検索中",
  searchingNow: "検索中…",
  furtherBack: "さらに前を検索",
  showOlder: "以前のものを表示",
  nothing: "見つかりませんでした。",
  nothingNewest: "最近のメッセージには見つかりませんでした。",
  found: "{count, number}件のメッセージ",
  foundOrMore: "{count, number}件以上のメッセージ",
  failed: "検索に失敗しました。",
  badQuery: "検索には単語が少なくとも一つ必要です。記号は無視され、「-単語」は除外にのみ使われます。",
};
