import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/filters";
import { PersonSearch } from "../rooms/PersonSearch";
import { Form } from "../session/fields";
import { Dialog } from "../ui/Dialog";
import { SelectField } from "../ui/SelectField";
import { DayField } from "./DayField";
import type { Search } from "./search";

interface FiltersDialogProps {
  chat: Chat;
  search: Search;
  onClose: () => void;
}

/** Narrows a search to a room, a person and some days. */
export function FiltersDialog({ chat, search, onClose }: FiltersDialogProps) {
  const before = search.filters.peek();
  const [roomId, setRoomId] = useState(search.roomId.peek() ?? "");
  const [from, setFrom] = useState(before.from);
  const [since, setSince] = useState(before.since ?? "");
  const [until, setUntil] = useState(before.until ?? "");
  const [error, setError] = useState<string>();
  const rooms = [...chat.rooms.value.values()].map((room) => ({ value: room.id, label: room.name.value })).sort((a, b) => a.label.localeCompare(b.label));
  const apply = () => {
    if (since && until && since > until) return setError(t("badDays"));
    search.narrow({ ...(from && { from }), ...(since && { since }), ...(until && { until }) }, roomId || undefined);
    onClose();
  };
  return (
    <Dialog title={t("title")} onClose={onClose}>
      <Form action={t("show")} busy={false} error={error} onSubmit={apply}>
        <SelectField label={t("room")} value={roomId} options={[{ value: "", label: t("allRooms") }, ...rooms]} onChange={setRoomId} />
        {from ? (
          <div class="field">
            <span>{t("writtenBy")}</span>
            <p class="filters-person">
              <bdi>{from.name}</bdi>
              <button type="button" class="button-plain" onClick={() => setFrom(undefined)}>
                {t("anybody")}
              </button>
            </p>
          </div>
        ) : (
          <div
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
              event.preventDefault(); // it takes the one who was found, rather than to leave without him
              const [only, another] = event.currentTarget.querySelectorAll<HTMLElement>(".pick");
              if (!another) only?.click();
            }}
          >
            <PersonSearch chat={chat} label={t("writtenBy")} busy={false} onPick={({ id, name }) => setFrom({ id, name: name || id })} />
          </div>
        )}
        <div class="filters-days">
          <DayField label={t("firstDay")} value={since} onInput={setSince} />
          <DayField label={t("lastDay")} value={until} onInput={setUntil} />
        </div>
      </Form>
    </Dialog>
  );
}
