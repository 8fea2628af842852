import { t } from "../i18n/en/timeline";
import { Dialog } from "../ui/Dialog";

/** Asks once: what is deleted does not come back. */
export function DeleteDialog({ onDelete, onClose }: { onDelete: () => void; onClose: () => void }) {
  return (
    <Dialog title={t("deleteTitle")} onClose={onClose}>
      <p class="dialog-text">{t("deleteText")}</p>
      <div class="dialog-actions">
        <button type="button" class="button-plain" onClick={onClose}>
          {t("keepIt")}
        </button>
        <button type="button" class="button button-danger" onClick={onDelete}>
          {t("delete")}
        </button>
      </div>
    </Dialog>
  );
}
