import { useState } from "preact/hooks";
import { t } from "../../i18n/en/admin";
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
    <section class="admin-screen" tabIndex={-1} aria-label={t("partPeople")} aria-busy={list.busy}>
      <div class="admin-tools">
        <SearchRow label={t("nameOrId")} maxLength={MAX_QUERY} onSearch={setText} />
        <Freshness list={list} listed="listPeople" />
      </div>
      <ul class="admin-rows" aria-label={t("partPeople")}>
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
      <ListEnd list={list} listed="listPeople" empty={<Empty icon="people" title={t(text === "" ? "nobodyYet" : "nobodyCalledSo")} />} />
    </section>
  );
}

/** What an id says of somebody: the first letters are the server's own. */
function kindOf(id: string): string {
  if (id.startsWith("a:")) return ` · ${t("account")}`;
  if (id.startsWith("g:")) return ` · ${t("guest")}`;
  return id.startsWith("b:") ? ` · ${t("bot")}` : "";
}
