import { Icon } from "../ui/Icon";

/** Stands where one would write, and says why one may not. */
export function ComposerClosed({ id = "composer", reason }: { id?: string; reason: string }) {
  return (
    <div class="composer">
      <p id={id} class="composer-closed" role="status" tabIndex={-1}>
        <Icon name="lock" size={18} />
        <span>{reason}</span>
      </p>
    </div>
  );
}
