import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/en/ui";
import { inReadingOrder } from "../i18n/language";
import { Icon, type IconName } from "./Icon";
import { place } from "./place";

const ITEM = '[role^="menuitem"]';

export interface Action {
  id: string;
  label: string;
  icon: IconName;
  danger?: boolean;
  run: () => void;
}

/** One of a row of things that are on or off. */
export interface Choice {
  id: string;
  label: string;
  text: string;
  checked: boolean;
  run: () => void;
}

interface ActionMenuProps {
  label: string;
  /** A row above the actions; empty: none. */
  choices: readonly Choice[];
  /** What ends that row. */
  more?: Action;
  actions: readonly Action[];
  /** What the menu stands beside where it is not a sheet. */
  anchor: Element;
  /** Their edges where lines end are in one line, instead of those where they begin. */
  alignEnd: boolean;
  /** Called before the action runs, so that an action may move the focus further. */
  onClose: () => void;
}

/** A list of actions: beside its anchor, or on a phone a sheet at the bottom. */
export function ActionMenu({ label, choices, more, actions, anchor, alignEnd, onClose }: ActionMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const run = (action: () => void) => {
    onClose();
    action();
  };

  useLayoutEffect(() => {
    const element = menu.current;
    if (!element) return;
    place(element, anchor.getBoundingClientRect(), alignEnd);
    element.querySelector<HTMLElement>(ITEM)?.focus({ preventScroll: true });
  }, [anchor]);

  // Before anything is shown: a window that changes right after would not be noticed.
  useLayoutEffect(() => {
    let width = window.innerWidth;
    const resized = () => {
      // Only the height: a phone's keyboard came or went.
      if (window.innerWidth !== width) onClose();
      else if (menu.current) place(menu.current, anchor.getBoundingClientRect(), alignEnd);
      width = window.innerWidth;
    };
    window.addEventListener("resize", resized);
    return () => window.removeEventListener("resize", resized);
  }, [onClose]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!menu.current) return;
    const target = targetOf(inReadingOrder(event.key), rowsOf(menu.current));
    if (target) target.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div class="menu-scrim" onClick={onClose} />
      <div ref={menu} class="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
        {choices.length > 0 && (
          <div class="menu-choices" role="group" aria-label={t("react")}>
            {choices.map((choice) => (
              <button
                key={choice.id}
                type="button"
                role="menuitemcheckbox"
                tabIndex={-1}
                class="menu-choice"
                aria-label={choice.label}
                aria-checked={choice.checked}
                onClick={() => run(choice.run)}
              >
                {choice.text}
              </button>
            ))}
            {more && (
              <button type="button" role="menuitem" tabIndex={-1} class="menu-choice" aria-label={more.label} title={more.label} onClick={() => run(more.run)}>
                <Icon name={more.icon} />
              </button>
            )}
          </div>
        )}
        {actions.map((action) => (
          <button key={action.id} type="button" role="menuitem" tabIndex={-1} class={`menu-item${action.danger ? " danger" : ""}`} onClick={() => run(action.run)}>
            <Icon name={action.icon} size={18} />
            {action.label}
          </button>
        ))}
      </div>
    </>
  );
}

/** What can have the focus, as it stands: the choices are one row, each action is another. */
function rowsOf(menu: HTMLElement): HTMLElement[][] {
  return [...menu.children].map((child) => (child.matches(ITEM) ? [child as HTMLElement] : [...child.querySelectorAll<HTMLElement>(ITEM)]));
}

/** Up and down go from row to row, left and right within one, all of them round. key: of a page written from left to right. */
function targetOf(key: string, rows: HTMLElement[][]): HTMLElement | undefined {
  const focused = document.activeElement as HTMLElement;
  const at = rows.findIndex((row) => row.includes(focused));
  const row = rows[at] ?? [];
  const column = row.indexOf(focused);
  switch (key) {
    case "ArrowDown":
      return rows[(at + 1) % rows.length]?.[0];
    case "ArrowUp":
      return rows.at(at < 0 ? -1 : at - 1)?.[0];
    case "ArrowRight":
      return row[(column + 1) % row.length];
    case "ArrowLeft":
      return row.at(column - 1);
    case "Home":
      return rows[0]?.[0];
    case "End":
      return rows.at(-1)?.at(-1);
    default:
      return undefined;
  }
}
