import { t } from "../i18n/en/ui";
import { Icon } from "./Icon";

/** Opens the list where there is no place for it beside what is open. */
export function MenuButton({ label = t("rooms"), controls = "rooms", onClick }: { label?: string; controls?: string; onClick: () => void }) {
  return (
    <button type="button" class="button-icon menu-button" aria-label={label} aria-controls={controls} onClick={onClick}>
      <Icon name="menu" />
    </button>
  );
}
