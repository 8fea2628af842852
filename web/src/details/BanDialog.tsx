import { useState } from "preact/hooks";
import { t } from "../i18n/en/details";
import { Form } from "../session/fields";
import { Dialog } from "../ui/Dialog";
import { SelectField } from "../ui/SelectField";
import { BANS, optionsOf, USUAL_BAN } from "./periods";

interface BanDialogProps {
  name: string;
  /** Resolves to why it could not be. How long from now: until when, the server's clock says. */
  onBan: (forMs: number) => Promise<string | undefined>;
  onClose: () => void;
}

export function BanDialog({ name, onBan, onClose }: BanDialogProps) {
  const [period, setPeriod] = useState(USUAL_BAN);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const ban = async () => {
    setBusy(true);
    const refusal = await onBan(Number(period));
    setBusy(false);
    setError(refusal);
  };
  return (
    <Dialog title={t("banTitle", { name })} onClose={onClose}>
      <p class="dialog-text">{t("banText")}</p>
      <Form action={t("ban")} danger busy={busy} error={error} onSubmit={() => void ban()}>
        <SelectField label={t("howLong")} value={period} options={optionsOf(BANS)} onChange={setPeriod} />
      </Form>
    </Dialog>
  );
}
