import { useState } from "preact/hooks";
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
    <Dialog title="Report this message" onClose={onClose}>
      <p class="dialog-text">Those who moderate this room will see it, and that you reported it.</p>
      <Form action="Report" busy={busy} error={error} onSubmit={() => void report()}>
        <Field label="What is wrong with it" value={reason} onInput={setReason} autocomplete="off" maxLength={MAX_REPORT_REASON} required autoFocus />
      </Form>
    </Dialog>
  );
}
