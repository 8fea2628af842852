import "./search.css";
import { useRef } from "preact/hooks";
import { t } from "../i18n/en/search";
import { Icon } from "../ui/Icon";
import { MAX_QUERY, type Search } from "./search";

interface SearchBoxProps {
  search: Search;
  /** The open room, if one is. */
  room: { id: string; name: string } | undefined;
}

/** The field above the list of rooms. While something stands in it, what was found stands in the list's place. */
export function SearchBox({ search, room }: SearchBoxProps) {
  const field = useRef<HTMLInputElement>(null);
  const text = search.text.value;
  return (
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
      {text !== "" && room && (
        <label class="search-scope">
          <input type="checkbox" checked={search.roomId.value === room.id} onChange={(event) => search.within(event.currentTarget.checked ? room.id : undefined)} />
          <span>{t.rich("onlyIn", { room: <bdi>{room.name}</bdi> })}</span>
        </label>
      )}
    </form>
  );
}
