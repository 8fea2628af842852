import { Icon } from "./Icon";

/** Opens the list of rooms where there is no place for it beside the messages. */
export function MenuButton({ onClick }: { onClick: () => void }) {
  return (
    <button type="button" class="button-icon menu-button" aria-label="Rooms" aria-controls="rooms" onClick={onClick}>
      <Icon name="menu" />
    </button>
  );
}
