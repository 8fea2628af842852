import { useState } from "preact/hooks";
import { refusalOf } from "../../chat/asking";
import { BANS, optionsOf, USUAL_BAN } from "../../details/periods";
import { t } from "../../i18n/en/admin";
import { Form } from "../../session/fields";
import { Dialog } from "../../ui/Dialog";
import { SelectField } from "../../ui/SelectField";

export type Act = "delete" | "mute" | "ban";

interface ActDialogProps {
  act: Act;
  /** Whom it concerns. */
  name: string;
  /** forMs: how long a ban lasts from now; until when, the server's clock says. */
  onAct: (act: Act, forMs: number) => Promise<void>;
  /** Closes the report as well, as resolved. */
  onResolve: () => Promise<void>;
  onClose: () => void;
}

function wordsOf(act: Act, name: string): { title: string; text: string; action: string } {
  switch (act) {
    case "delete":
      return { title: t("deleteTitle"), text: t("deleteText"), action: t("deleteAction") };
    case "mute":
      return { title: t("muteTitle", { name }), text: t("muteText"), action: t("muteAction") };
    case "ban":
      return { title: t("banTitle", { name }), text: t("banText"), action: t("banAction") };
  }
}

/** Asks before something is done about a report, and whether that settles it. */
export function ActDialog({ act, name, onAct, onResolve, onClose }: ActDialogProps) {
  const [period, setPeriod] = useState(USUAL_BAN);
  const [settles, setSettles] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { title, text, action } = wordsOf(act, name);
  const run = async () => {
    setBusy(true);
    const refusal = await refusalOf(onAct(act, Number(period)).then(() => (settles ? onResolve() : undefined)));
    setBusy(false);
    setError(refusal);
    if (refusal === undefined) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="dialog-text">{text}</p>
      <Form action={action} danger busy={busy} error={error} onSubmit={() => void run()}>
        {act === "ban" && <SelectField label={t("forHowLong")} value={period} options={optionsOf(BANS)} onChange={setPeriod} />}
        <label class="checkbox">
          <input type="checkbox" checked={settles} onChange={(event) => setSettles(event.currentTarget.checked)} />
          {t("settles")}
        </label>
      </Form>
    </Dialog>
  );
}
