import { useState } from "preact/hooks";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/details";
import { t as rooms } from "../i18n/en/rooms";
import { t as ui } from "../i18n/en/ui";
import { MAX_ROOM_NAME, MAX_ROOM_TOPIC, type RoomSettings } from "../protocol";
import { mayManage } from "../rooms/rights";
import { Field, Form } from "../session/fields";
import { SelectField } from "../ui/SelectField";
import { paceOptions } from "./periods";

/** The settings one's role may change: moderators slow mode, owners all. Only what was changed here is sent. */
export function SettingsForm({ chat, room }: { chat: Chat; room: RoomState }) {
  const now = room.info.value;
  const [changes, setChanges] = useState<Partial<RoomSettings>>({});
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ error?: string; saved?: boolean }>({});
  const shown: RoomSettings = { ...now, ...changes };
  const change = (more: Partial<RoomSettings>) => {
    setSaid({});
    setChanges({ ...changes, ...more });
  };
  const save = async () => {
    setBusy(true);
    const refusal = await refusalOf(chat.requests.update(room.id, changes));
    setBusy(false);
    if (refusal !== undefined) return setSaid({ error: refusal });
    setChanges({});
    setSaid({ saved: true });
  };
  return (
    <Form action={ui("save")} busy={busy} error={said.error} onSubmit={() => void save()}>
      {mayManage(now) && (
        <>
          <Field label={rooms("name")} value={shown.name} onInput={(name) => change({ name })} autocomplete="off" maxLength={MAX_ROOM_NAME} required />
          <Field label={rooms("topic")} value={shown.topic} onInput={(topic) => change({ topic })} autocomplete="off" maxLength={MAX_ROOM_TOPIC} />
        </>
      )}
      <SelectField label={t("slowModeLabel")} value={String(shown.slowModeMs)} options={paceOptions(shown.slowModeMs)} onChange={(ms) => change({ slowModeMs: Number(ms) })} />
      {mayManage(now) && (
        <>
          <Check label={t("readOnly")} checked={shown.readOnly} onChange={(readOnly) => change({ readOnly })} />
          <Check label={t("receipts")} checked={shown.receipts} onChange={(receipts) => change({ receipts })} />
          <Check label={t("archived")} checked={shown.archived} onChange={(archived) => change({ archived })} />
        </>
      )}
      <p class="hint" role="status">
        {said.saved && t("saved")}
      </p>
    </Form>
  );
}

function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="checkbox">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
