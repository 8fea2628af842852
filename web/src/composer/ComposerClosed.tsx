import { Icon } from "../ui/Icon";

/** Stands where one would write, and says why one may not. */
export function ComposerClosed({ reason }: { reason: string }) {
  return (
    <div class="composer">
      <p id="composer" class="composer-closed" role="status" tabIndex={-1}>
        <Icon name="lock" size={18} />
        <span>{reason}</span>
      </p>
    </div>
  );
}
