import type { Chat } from "../chat/chat";
import { useServerNow } from "../chat/useServerNow";
import { t } from "../i18n/en/composer";
import { MENTION_ROOM } from "../protocol";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { presenceText, WithPresence } from "../ui/Presence";
import type { Suggestion } from "./useMentions";

/** How often the times of who is away are read anew, in ms. */
const TIMES_EVERY_MS = 30_000;

interface SuggestionsProps {
  id: string;
  chat: Chat;
  suggestions: readonly Suggestion[];
  chosen: number;
  onPick: (suggestion: Suggestion) => void;
}

export function suggestionId(id: string, index: number): string {
  return `${id}-${index}`;
}

/** Whom an @ may mean, or what a colon. The field keeps the focus; it says which of them is chosen. */
export function Suggestions({ id, chat, suggestions, chosen, onPick }: SuggestionsProps) {
  const now = useServerNow(chat, TIMES_EVERY_MS);
  return (
    <ul id={id} class="suggestions" role="listbox" aria-label={t(suggestions[0]?.emoji === undefined ? "people" : "emoji")}>
      {suggestions.map((suggestion, i) => (
        <li
          key={suggestion.id}
          id={suggestionId(id, i)}
          class="suggestion"
          role="option"
          aria-selected={i === chosen}
          // Before the field loses the focus to it.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(suggestion);
          }}
        >
          {suggestion.emoji !== undefined ? (
            <span class="suggestion-emoji">{suggestion.emoji}</span>
          ) : suggestion.id === MENTION_ROOM ? (
            <span class="avatar avatar-small hue-5">
              <Icon name="people" size={18} />
            </span>
          ) : (
            <WithPresence presence={chat.presences.of(suggestion.id)}>
              <Avatar id={suggestion.id} name={suggestion.name} small />
            </WithPresence>
          )}
          <bdi class="suggestion-name">{suggestion.name}</bdi>
          <bdi class="suggestion-more">{suggestion.more}</bdi>
          {suggestion.emoji === undefined && suggestion.id !== MENTION_ROOM && <span class="suggestion-presence">{presenceText(chat.presences.of(suggestion.id), now)}</span>}
        </li>
      ))}
    </ul>
  );
}
