import { useState } from "preact/hooks";
import { t } from "../../i18n/en/admin";
import type { Profile } from "../../protocol";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import type { ScreenProps } from "../screen";
import { SearchRow } from "../SearchRow";
import { useList } from "../useList";
import { after, type Deed, does } from "./deeds";
import { PersonQuestion } from "./PersonQuestion";
import { nameOf, PersonRow } from "./PersonRow";

/** The longest word of a name that is looked for, in characters. */
const MAX_QUERY = 64;

const done = { endSessions: "sessionsEnded", disable: "isDisabled", enable: "isEnabled" } as const satisfies Record<Deed, string>;

/** Everybody who was ever here, by id: found by name, signed out, kept out and let in again. */
export function People({ chat, requests }: ScreenProps) {
  const [text, setText] = useState("");
  const list = useList<Profile>(text, chat.status.value.kind === "online", (last) => requests.people(text, last));
  const [asking, setAsking] = useState<{ deed: Deed; person: Profile }>();
  const [said, setSaid] = useState("");

  const run = async (deed: Deed, person: Profile) => {
    await does(requests, deed, person);
    list.put(({ id }) => id === person.id, after(deed, person));
    setSaid(t(done[deed], { name: nameOf(person) }));
  };
  return (
    <section class="admin-screen" tabIndex={-1} aria-label={t("partPeople")} aria-busy={list.busy}>
      <div class="admin-tools">
        <SearchRow label={t("nameOrId")} maxLength={MAX_QUERY} onSearch={setText} />
        <Freshness list={list} listed="listPeople" />
      </div>
      <p class="report-said" role="status">
        {said}
      </p>
      <ul class="admin-rows" tabIndex={-1} aria-label={t("partPeople")}>
        {list.items.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            onAsk={(deed) => {
              setSaid("");
              setAsking({ deed, person });
            }}
          />
        ))}
      </ul>
      <ListEnd list={list} listed="listPeople" empty={<Empty icon="people" title={t(text === "" ? "nobodyYet" : "nobodyCalledSo")} />} />
      {asking && (
        <PersonQuestion
          deed={asking.deed}
          name={nameOf(asking.person)}
          isUs={asking.person.id === chat.user.id}
          onConfirm={() => run(asking.deed, asking.person)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </section>
  );
}
