import { t } from "../i18n/en/filters";
import { Icon } from "../ui/Icon";
import { dateOf } from "../ui/time";
import type { Filters, Search } from "./search";

/** What a search is narrowed by; each is taken away by a press. */
export function FilterChips({ search, now }: { search: Search; now: number }) {
  const { from, since, until } = search.filters.value;
  const without = (name: keyof Filters) => {
    const { [name]: _, ...rest } = search.filters.peek();
    search.narrow(rest, search.roomId.peek());
    document.getElementById("search")?.focus(); // the button goes
  };
  const day = (text: string) => dateOf(new Date(`${text}T00:00:00`).getTime(), now);
  return (
    <>
      {from && <Chip text={t("by", { name: from.name })} onRemove={() => without("from")} />}
      {since && <Chip text={t("since", { day: day(since) })} onRemove={() => without("since")} />}
      {until && <Chip text={t("until", { day: day(until) })} onRemove={() => without("until")} />}
    </>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <button type="button" class="search-chip" aria-label={t("remove", { filter: text })} onClick={onRemove}>
      <bdi>{text}</bdi>
      <Icon name="close" size={14} />
    </button>
  );
}
