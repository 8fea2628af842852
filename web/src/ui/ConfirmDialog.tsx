import { useState } from "preact/hooks";
import { Dialog } from "./Dialog";

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** What is done. */
  action: string;
  /** What is not. */
  keep: string;
  /** It takes nothing from anybody. */
  harmless?: boolean;
  /** Resolves to why it could not be, or undefined: then the dialog is the caller's to close. */
  onConfirm: () => Promise<string | undefined>;
  onClose: () => void;
}

/** Asks before something that others notice, or that does not come back. */
export function ConfirmDialog({ title, text, action, keep, harmless, onConfirm, onClose }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const confirm = async () => {
    setBusy(true);
    const refusal = await onConfirm();
    setBusy(false);
    setError(refusal);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="dialog-text">{text}</p>
      <p class="form-error" role="alert">
        {error}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button-plain" onClick={onClose}>
          {keep}
        </button>
        <button type="button" class={`button${harmless ? "" : " button-danger"}`} disabled={busy} onClick={() => void confirm()}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
