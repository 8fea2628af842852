import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/search";
import { t as ui } from "../i18n/en/ui";
import { goToMessage, messagePath } from "../route";
import { followHere } from "../ui/followHere";
import { exactTime, shortTime } from "../ui/time";
import type { FoundMessage } from "./found";
import type { Search } from "./search";

interface SearchResultsProps {
  chat: Chat;
  search: Search;
  now: number;
  /** Called when a message's room was opened. */
  onOpened: () => void;
}

/** What was found, newest first. */
export function SearchResults({ chat, search, now, onOpened }: SearchResultsProps) {
  const state = search.state.value;
  const found = state.kind === "idle" ? [] : state.found;
  const open = (roomId: string, seq: number) => {
    onOpened();
    goToMessage(roomId, seq);
  };
  return (
    <section class="search-results" aria-label={t("messagesFound")} aria-busy={state.kind === "loading"} onKeyDown={(event) => step(event)}>
      <p class="search-count" role="status">
        {countOf(search)}
      </p>
      <ul>
        {found.map(({ message, snippet }) => (
          <li key={`${message.roomId}/${message.seq}`}>
            <Result
              found={{ message, snippet }}
              roomName={chat.rooms.value.get(message.roomId)?.name.value ?? message.roomId}
              me={chat.user.id}
              now={now}
              onOpen={() => open(message.roomId, message.seq)}
            />
          </li>
        ))}
      </ul>
      <End search={search} />
    </section>
  );
}

interface ResultProps {
  found: FoundMessage;
  roomName: string;
  me: string;
  now: number;
  onOpen: () => void;
}

function Result({ found, roomName, me, now, onOpen }: ResultProps) {
  const { message, snippet } = found;
  const at = Date.parse(message.timestamp);
  return (
    <a
      class="search-result"
      href={messagePath(message.roomId, message.seq)}
      data-seq={message.seq}
      onClick={followHere(onOpen)}
    >
      <span class="search-result-head">
        <bdi class="search-result-room">{roomName}</bdi>
        <time dateTime={message.timestamp} title={exactTime(at)}>
          {shortTime(at, now)}
        </time>
      </span>
      <bdi class="search-result-author">{message.author === me ? ui("you") : message.authorName || message.author}</bdi>
      <span class="search-result-text" dir="auto">
        {snippet.map((part, i) => (part.match ? <mark key={i}>{part.text}</mark> : part.text))}
      </span>
    </a>
  );
}

/** What stands below the last result: more to come, why not, or nothing. */
function End({ search }: { search: Search }) {
  const state = search.state.value;
  switch (state.kind) {
    case "loading":
      return <div class="spinner" role="status" aria-label={t("searching")} />;
    case "failed":
      return (
        <div class="empty empty-small" role="alert">
          <p>{state.why.text}</p>
          {!state.isTyped && (
            <button type="button" class="button-plain" onClick={() => search.more()}>
              {ui("tryAgain")}
            </button>
          )}
        </div>
      );
    case "ready":
      if (state.next === undefined) return null;
      return (
        <button type="button" class="button-plain search-more" onClick={() => search.more()}>
          {t(state.found.length === 0 ? "furtherBack" : "showOlder")}
        </button>
      );
    default:
      return null;
  }
}

function countOf(search: Search): string {
  const state = search.state.value;
  if (state.kind !== "ready") return state.kind === "loading" ? t("searchingNow") : "";
  const n = state.found.length;
  if (n === 0) return t(state.next === undefined ? "nothing" : "nothingNewest");
  return t(state.next === undefined ? "found" : "foundOrMore", { count: n });
}

/** Up and down go from result to result; up from the first leads back to the field. */
function step(event: KeyboardEvent): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (by === 0 || !(event.currentTarget instanceof HTMLElement)) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const at = all.findIndex((link) => link === document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  if (at + by < 0) document.getElementById("search")?.focus();
  else all[at + by]?.focus();
}
