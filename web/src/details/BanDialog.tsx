import { useState } from "preact/hooks";
import { Form } from "../session/fields";
import { Dialog } from "../ui/Dialog";
import { SelectField } from "../ui/SelectField";
import { BAN_OPTIONS, USUAL_BAN } from "./periods";

interface BanDialogProps {
  name: string;
  /** Resolves to why it could not be. */
  onBan: (until: string) => Promise<string | undefined>;
  onClose: () => void;
}

export function BanDialog({ name, onBan, onClose }: BanDialogProps) {
  const [period, setPeriod] = useState(USUAL_BAN);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const ban = async () => {
    setBusy(true);
    const refusal = await onBan(new Date(Date.now() + Number(period)).toISOString());
    setBusy(false);
    setError(refusal);
  };
  return (
    <Dialog title={`Ban ${name}`} onClose={onClose}>
      <p class="dialog-text">They leave at once, and can neither read nor write here until the time is over.</p>
      <Form action="Ban" danger busy={busy} error={error} onSubmit={() => void ban()}>
        <SelectField label="For how long" value={period} options={BAN_OPTIONS} onChange={setPeriod} />
      </Form>
    </Dialog>
  );
}
