import { useState } from "preact/hooks";
import type { Profile } from "../../protocol";
import { Avatar } from "../../ui/Avatar";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import type { ScreenProps } from "../screen";
import { SearchRow } from "../SearchRow";
import { useList } from "../useList";

/** The longest word of a name that is looked for, in characters. */
const MAX_QUERY = 64;

/** Everybody who was ever here, by id. */
export function People({ chat, requests }: ScreenProps) {
  const [text, setText] = useState("");
  const list = useList<Profile>(text, chat.status.value.kind === "online", (last) => requests.people(text, last));
  return (
    <section class="admin-screen" tabIndex={-1} aria-label="People" aria-busy={list.busy}>
      <div class="admin-tools">
        <SearchRow label="Name or id" maxLength={MAX_QUERY} onSearch={setText} />
        <Freshness list={list} what="people" />
      </div>
      <ul class="admin-rows" aria-label="People">
        {list.items.map(({ id, name }) => (
          <li key={id} class="admin-row" data-row={id}>
            <Avatar id={id} name={name || id} />
            <span class="admin-row-text">
              <bdi class="admin-row-name">{name || id}</bdi>
              <span class="admin-row-more">
                <bdi>{id}</bdi>
                {kindOf(id)}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <ListEnd list={list} what="people" empty={<Empty icon="people" title={text === "" ? "Nobody was here yet" : "Nobody is called so"} />} />
    </section>
  );
}

/** What an id says of somebody: the first letters are the server's own. */
function kindOf(id: string): string {
  if (id.startsWith("a:")) return " · account";
  if (id.startsWith("g:")) return " · guest";
  return id.startsWith("b:") ? " · bot" : "";
}
