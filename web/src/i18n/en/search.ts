import { texts } from "../texts";

export const t = texts("search", {
  searchMessages: "Search messages",
  clear: "Clear the search",
  onlyIn: "Only in {room}",
  messagesFound: "Messages found",
  searching: "Searching",
  searchingNow: "Searching…",
  furtherBack: "Search further back",
  showOlder: "Show older",
  nothing: "Nothing was found.",
  nothingNewest: "Nothing was found among the newest messages.",
  found: "{count, plural, one {# message} other {# messages}}",
  foundOrMore: "{count, plural, one {# or more message} other {# or more messages}}",
  failed: "The search failed.",
  badQuery: "The search needs at least one word to look for: punctuation is passed over, and -word only leaves out.",
});
