import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./Icon";

/** Between the menu and the window's edge, and what it belongs to, in CSS pixels. */
const GAP_PX = 8;

export interface Action {
  id: string;
  label: string;
  icon: IconName;
  danger?: boolean;
  run: () => void;
}

interface ActionMenuProps {
  label: string;
  actions: readonly Action[];
  /** What the menu stands beside where it is not a sheet. */
  anchor: Element;
  /** restore: the focus goes back to where it was. */
  onClose: (restore: boolean) => void;
}

/** A list of actions: beside its anchor, or on a phone a sheet at the bottom. */
export function ActionMenu({ label, actions, anchor, onClose }: ActionMenuProps) {
  const menu = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = menu.current;
    if (!element) return;
    place(element, anchor.getBoundingClientRect());
    items(element)[0]?.focus({ preventScroll: true });
  }, [anchor]);

  useEffect(() => {
    const moved = () => onClose(true);
    window.addEventListener("resize", moved);
    return () => window.removeEventListener("resize", moved);
  }, [onClose]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!menu.current) return;
    const all = items(menu.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const targets: Record<string, number> = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 };
    const target = targets[event.key];
    if (target !== undefined) all[target]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div class="menu-scrim" onClick={() => onClose(true)} />
      <div ref={menu} class="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
        {actions.map((action) => (
          <button
            key={action.id}
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={`menu-item${action.danger ? " danger" : ""}`}
            onClick={() => {
              onClose(true);
              action.run();
            }}
          >
            <Icon name={action.icon} size={18} />
            {action.label}
          </button>
        ))}
      </div>
    </>
  );
}

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];
}

/** Below the anchor, above it where there is no place, and always inside the window. A sheet ignores it. */
function place(menu: HTMLElement, anchor: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const below = anchor.bottom + GAP_PX;
  const top = below + height <= window.innerHeight - GAP_PX ? below : anchor.top - GAP_PX - height;
  menu.style.setProperty("--menu-top", `${within(top, window.innerHeight - height)}px`);
  menu.style.setProperty("--menu-left", `${within(anchor.left, window.innerWidth - width)}px`);
}

function within(value: number, most: number): number {
  return Math.max(GAP_PX, Math.min(value, most - GAP_PX));
}
