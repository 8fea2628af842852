import { Dialog } from "../ui/Dialog";

/** Asks once: what is deleted does not come back. */
export function DeleteDialog({ onDelete, onClose }: { onDelete: () => void; onClose: () => void }) {
  return (
    <Dialog title="Delete this message?" onClose={onClose}>
      <p class="dialog-text">It goes away for everyone in the room. This cannot be undone.</p>
      <div class="dialog-actions">
        <button type="button" class="button-plain" onClick={onClose}>
          Keep it
        </button>
        <button type="button" class="button button-danger" onClick={onDelete}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
