import { Tray } from "../attachments/Tray";
import type { Uploads } from "../attachments/uploads";
import { Icon } from "../ui/Icon";

/** Stands where one would write, and says why one may not. Files that were chosen before are still there, and can be taken out. */
export function ComposerClosed({ id = "composer", reason, uploads }: { id?: string; reason: string; uploads: Uploads }) {
  return (
    <div class="composer">
      <Tray uploads={uploads} />
      <p id={id} class="composer-closed" role="status" tabIndex={-1}>
        <Icon name="lock" size={18} />
        <span>{reason}</span>
      </p>
    </div>
  );
}
