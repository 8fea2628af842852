import { useState } from "preact/hooks";
import type { Chat } from "../../chat/chat";
import { t } from "../../i18n/en/admin";
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
    <section class="admin-screen" tabIndex={-1} aria-label={t("partAudit")} aria-busy={list.busy}>
      <div class="admin-tools">
        <div class="audit-filters">
          <SelectField label={t("whatWasDone")} value={action} options={[{ value: "", label: t("everything") }, ...ACTIONS.map(({ value, label }) => ({ value, label: t(label) }))]} onChange={setAction} />
          <div class="field">
            <span class="audit-label" id="audit-actor">
              {t("whoDidIt")}
            </span>
            <div class="audit-actor">
              <button type="button" class="button-plain audit-choose" aria-describedby="audit-actor" aria-haspopup="dialog" onClick={() => setChoosing(true)}>
                <Icon name="person" size={18} />
                <bdi>{actor === undefined ? t("anybody") : chat.people.name(actor)}</bdi>
              </button>
              {actor !== undefined && (
                <button type="button" class="button-icon" aria-label={t("whatAnybodyDid")} title={t("whatAnybodyDid")} onClick={() => setActor(undefined)}>
                  <Icon name="close" />
                </button>
              )}
            </div>
          </div>
        </div>
        <Freshness list={list} listed="listAudit" />
      </div>
      <ol class="audit" tabIndex={-1} aria-label={t("entries")}>
        {list.items.map((entry) => (
          <AuditRow key={entry.id} chat={chat} names={names} entry={entry} showsRoom={roomId === undefined} />
        ))}
      </ol>
      <ListEnd
        list={list}
        listed="listAudit"
        next={t("showOlder")}
        empty={
          <Empty icon="list" title={t(filtered ? "nothingLikeThis" : "nothingDone")}>
            <p>{t(filtered ? "noneNoted" : "whatIsNoted")}</p>
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
    <Dialog title={t("whoseActions")} onClose={onClose}>
      <PersonSearch chat={chat} label={t("nameOrId")} busy={false} autoFocus onPick={({ id }) => onPick(id)} />
    </Dialog>
  );
}
