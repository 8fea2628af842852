import { useState } from "preact/hooks";
import type { Chat } from "../../chat/chat";
import { PersonSearch } from "../../rooms/PersonSearch";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { SelectField } from "../../ui/SelectField";
import type { AuditEntry } from "../decode";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import type { ScreenProps } from "../screen";
import { useList } from "../useList";
import { AuditRow } from "./AuditRow";
import { ACTIONS } from "./sentence";

const ANY = { value: "", label: "Everything" };

/** What moderators, owners and admins did, newest first. */
export function Audit({ chat, requests, names, roomId }: ScreenProps) {
  const [actor, setActor] = useState<string>();
  const [action, setAction] = useState("");
  const [choosing, setChoosing] = useState(false);
  const online = chat.status.value.kind === "online";
  const asked = { roomId, actor, action: action === "" ? undefined : action };
  const list = useList<AuditEntry>(JSON.stringify(asked), online, (last) => requests.audit(asked, last));
  const filtered = actor !== undefined || action !== "";
  return (
    <section class="admin-screen" tabIndex={-1} aria-label="Audit log" aria-busy={list.busy}>
      <div class="admin-tools">
        <div class="audit-filters">
          <SelectField label="What was done" value={action} options={[ANY, ...ACTIONS]} onChange={setAction} />
          <div class="field">
            <span class="audit-label" id="audit-actor">
              Who did it
            </span>
            <div class="audit-actor">
              <button type="button" class="button-plain audit-choose" aria-describedby="audit-actor" aria-haspopup="dialog" onClick={() => setChoosing(true)}>
                <Icon name="person" size={18} />
                <bdi>{actor === undefined ? "Anybody" : chat.people.name(actor)}</bdi>
              </button>
              {actor !== undefined && (
                <button type="button" class="button-icon" aria-label="What anybody did" title="What anybody did" onClick={() => setActor(undefined)}>
                  <Icon name="close" />
                </button>
              )}
            </div>
          </div>
        </div>
        <Freshness list={list} what="audit log" />
      </div>
      <ol class="audit" aria-label="Entries">
        {list.items.map((entry) => (
          <AuditRow key={entry.id} chat={chat} names={names} entry={entry} showsRoom={roomId === undefined} />
        ))}
      </ol>
      <ListEnd
        list={list}
        what="audit log"
        next="Show older"
        empty={
          <Empty icon="list" title={filtered ? "Nothing of this kind" : "Nothing was done yet"}>
            <p>{filtered ? "Nothing that was noted is like this." : "Roles, bans, deleted messages, settings, decided reports and integrations are noted here."}</p>
          </Empty>
        }
      />
      {choosing && (
        <ActorDialog
          chat={chat}
          onPick={(id) => {
            setActor(id);
            setChoosing(false);
          }}
          onClose={() => setChoosing(false)}
        />
      )}
    </section>
  );
}

function ActorDialog({ chat, onPick, onClose }: { chat: Chat; onPick: (id: string) => void; onClose: () => void }) {
  return (
    <Dialog title="Whose actions" onClose={onClose}>
      <PersonSearch chat={chat} label="Name or id" busy={false} autoFocus onPick={({ id }) => onPick(id)} />
    </Dialog>
  );
}
