import "./search.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { WithParts } from "../details/WithParts";
import { t as filters } from "../i18n/en/filters";
import { t } from "../i18n/en/search";
import { Icon } from "../ui/Icon";
import { FilterChips } from "./FilterChips";
import { MAX_QUERY, type Search } from "./search";

interface SearchBoxProps {
  chat: Chat;
  search: Search;
  now: number;
  /** The open room, if one is. */
  room: { id: string; name: string } | undefined;
}

/** The field above the list of rooms. While something stands in it, what was found stands in the list's place. */
export function SearchBox({ chat, search, now, room }: SearchBoxProps) {
  const field = useRef<HTMLInputElement>(null);
  const [isNarrowing, setNarrowing] = useState(false);
  const text = search.text.value;
  const searched = search.roomId.value === undefined ? undefined : chat.rooms.value.get(search.roomId.value);
  const isGone = search.roomId.value !== undefined && !searched;
  useEffect(() => {
    if (isGone) search.narrow(search.filters.peek(), undefined);
  }, [isGone]);
  return (
    <>
      <form
        class="search-box"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          search.begin();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && text !== "") {
            event.stopPropagation();
            search.clear();
            field.current?.focus();
          }
          if (event.key === "ArrowDown" && event.target === field.current) {
            const first = document.querySelector<HTMLElement>(".search-results a");
            if (first) event.preventDefault();
            first?.focus();
          }
        }}
      >
        <div class="search-field">
          <Icon name="search" size={18} />
          <input
            ref={field}
            id="search"
            type="text"
            inputMode="search"
            enterKeyHint="search"
            autocomplete="off"
            dir={text === "" ? undefined : "auto"} // its placeholder is written as the page is
            aria-label={t("searchMessages")}
            placeholder={t("searchMessages")}
            maxLength={MAX_QUERY}
            value={text}
            onInput={(event) => search.type(event.currentTarget.value)}
          />
          {text !== "" && (
            <button
              type="button"
              class="button-icon search-clear"
              aria-label={t("clear")}
              onClick={() => {
                search.clear();
                field.current?.focus();
              }}
            >
              <Icon name="close" size={16} />
            </button>
          )}
        </div>
        {text !== "" && <Scope room={searched ? { id: searched.id, name: searched.name.value } : room} search={search} />}
        {text !== "" && (
          <div class="search-filters">
            <FilterChips search={search} now={now} />
            <button type="button" class="button-plain" aria-haspopup="dialog" onClick={() => setNarrowing(true)}>
              {filters("filters")}
            </button>
          </div>
        )}
      </form>
      {/* Not within the form: what is pressed in there is not meant for the field. */}
      {isNarrowing && (
        <WithParts onClose={() => setNarrowing(false)}>
          {({ FiltersDialog }) => <FiltersDialog chat={chat} search={search} onClose={() => setNarrowing(false)} />}
        </WithParts>
      )}
    </>
  );
}

/** Whether only the room that is searched, or else the open one, is. */
function Scope({ room, search }: { room: { id: string; name: string } | undefined; search: Search }) {
  if (!room) return null;
  return (
    <label class="search-scope">
      <input type="checkbox" checked={search.roomId.value === room.id} onChange={(event) => search.narrow(search.filters.peek(), event.currentTarget.checked ? room.id : undefined)} />
      <span>{t.rich("onlyIn", { room: <bdi>{room.name}</bdi> })}</span>
    </label>
  );
}
