import { useState } from "preact/hooks";
import { t } from "../i18n/en/timeline";
import { MAX_REPORT_REASON } from "../protocol";
import { Field, Form } from "../session/fields";
import { Dialog } from "../ui/Dialog";

interface ReportDialogProps {
  /** Resolves to why it could not be, or undefined. */
  onReport: (reason: string) => Promise<string | undefined>;
  onClose: () => void;
}

/** Asks why a message is shown to the moderators. */
export function ReportDialog({ onReport, onClose }: ReportDialogProps) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const report = async () => {
    setBusy(true);
    const refusal = await onReport(reason.trim());
    setBusy(false);
    setError(refusal);
  };
  return (
    <Dialog title={t("reportTitle")} onClose={onClose}>
      <p class="dialog-text">{t("reportText")}</p>
      <Form action={t("report")} busy={busy} error={error} onSubmit={() => void report()}>
        <Field label={t("reportReason")} value={reason} onInput={setReason} autocomplete="off" maxLength={MAX_REPORT_REASON} required autoFocus />
      </Form>
    </Dialog>
  );
}
