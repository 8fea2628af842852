import { MENTION_ROOM } from "../protocol";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import type { Suggestion } from "./useMentions";

interface SuggestionsProps {
  id: string;
  suggestions: readonly Suggestion[];
  chosen: number;
  onPick: (suggestion: Suggestion) => void;
}

export function suggestionId(id: string, index: number): string {
  return `${id}-${index}`;
}

/** Whom an @ may mean. The field keeps the focus; it says which of them is chosen. */
export function Suggestions({ id, suggestions, chosen, onPick }: SuggestionsProps) {
  return (
    <ul id={id} class="suggestions" role="listbox" aria-label="People to mention">
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
          {suggestion.id === MENTION_ROOM ? (
            <span class="avatar avatar-small suggestion-room">
              <Icon name="people" size={18} />
            </span>
          ) : (
            <Avatar id={suggestion.id} name={suggestion.name} small />
          )}
          <bdi class="suggestion-name">{suggestion.name}</bdi>
          <bdi class="suggestion-more">{suggestion.more}</bdi>
        </li>
      ))}
    </ul>
  );
}
