import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/rooms";
import { t as ui } from "../i18n/en/ui";
import type { Profile } from "../protocol";
import { Field } from "../session/fields";
import { Avatar } from "../ui/Avatar";
import { useFound } from "./useFound";

/** The longest word of a name that is looked for, in characters. */
const MAX_QUERY = 64;

interface PersonSearchProps {
  chat: Chat;
  label: string;
  busy: boolean;
  autoFocus?: boolean;
  /** Who is not shown. */
  without?: (id: string) => boolean;
  onPick: (person: Profile) => void;
}

/** People by a word of their names, or an id. */
export function PersonSearch({ chat, label, busy, autoFocus = false, without, onPick }: PersonSearchProps) {
  const [query, setQuery] = useState("");
  const found = useFound(query.trim(), async (text) => {
    const people = await chat.requests.findPeople(text);
    chat.people.learn(people);
    return people;
  });
  const people = found.items.filter((person) => !without?.(person.id));
  return (
    <>
      <Field label={label} value={query} onInput={setQuery} autocomplete="off" maxLength={MAX_QUERY} autoFocus={autoFocus} />
      {found.kind === "failed" && (
        <p class="form-error" role="alert">
          {found.message}
        </p>
      )}
      <p class="hidden" role="status">
        {found.kind === "ready" && t("peopleFoundCount", { count: people.length })}
      </p>
      <ul class="picks" aria-label={t("peopleFound")}>
        {people.map((person) => (
          <li key={person.id}>
            <button type="button" class="pick" disabled={busy} onClick={() => onPick(person)}>
              <Avatar id={person.id} name={person.name || person.id} />
              <span class="pick-text">
                <bdi class="pick-name">{person.name || person.id}</bdi>
                <bdi class="pick-more">{person.id === chat.user.id ? ui("you") : person.id}</bdi>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.kind === "ready" && people.length === 0 && <p class="dialog-text">{t("nobodyFound")}</p>}
    </>
  );
}
