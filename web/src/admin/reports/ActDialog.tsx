import { useState } from "preact/hooks";
import { refusalOf } from "../../chat/asking";
import { BANS, optionsOf, USUAL_BAN } from "../../details/periods";
import { Form } from "../../session/fields";
import { Dialog } from "../../ui/Dialog";
import { SelectField } from "../../ui/SelectField";

export type Act = "delete" | "mute" | "ban";

interface ActDialogProps {
  act: Act;
  /** Whom it concerns. */
  name: string;
  /** until: when a ban ends, as the wire writes times. */
  onAct: (act: Act, until: string) => Promise<void>;
  /** Closes the report as well, as resolved. */
  onResolve: () => Promise<void>;
  onClose: () => void;
}

const acts: Readonly<Record<Act, { title: (name: string) => string; text: string; action: string }>> = {
  delete: { title: () => "Delete this message?", text: "It goes away for everyone in the room. This cannot be undone.", action: "Delete" },
  mute: { title: (name) => `Mute ${name}?`, text: "They may only read in this room, until somebody lets them write again in the room's members.", action: "Mute" },
  ban: { title: (name) => `Ban ${name}?`, text: "They leave the room at once, and can neither read nor write there until the time is over.", action: "Ban" },
};

/** Asks before something is done about a report, and whether that settles it. */
export function ActDialog({ act, name, onAct, onResolve, onClose }: ActDialogProps) {
  const [period, setPeriod] = useState(USUAL_BAN);
  const [settles, setSettles] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { title, text, action } = acts[act];
  const run = async () => {
    setBusy(true);
    const refusal = await refusalOf(
      onAct(act, new Date(Date.now() + Number(period)).toISOString()).then(() => (settles ? onResolve() : undefined)),
    );
    setBusy(false);
    setError(refusal);
    if (refusal === undefined) onClose();
  };
  return (
    <Dialog title={title(name)} onClose={onClose}>
      <p class="dialog-text">{text}</p>
      <Form action={action} danger busy={busy} error={error} onSubmit={() => void run()}>
        {act === "ban" && <SelectField label="For how long" value={period} options={optionsOf(BANS)} onChange={setPeriod} />}
        <label class="checkbox">
          <input type="checkbox" checked={settles} onChange={(event) => setSettles(event.currentTarget.checked)} />
          This settles the report
        </label>
      </Form>
    </Dialog>
  );
}
