import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useMediaQuery } from "../chat/useMediaQuery";
import { returnFocus } from "./returnFocus";

/** Narrower than this the list is a drawer; src/styles/layout.css says the same. */
const DRAWER_QUERY = "(max-width: 719.98px)";

interface FrameProps {
  /** The list's element, for what pulls it out. */
  listId: string;
  listLabel: string;
  /** Something of the list is open beside it. */
  hasOpen: boolean;
  skip?: ComponentChildren;
  /** onOpened: something of it was opened. onClose: given where the list covers what is open. */
  list: (onOpened: () => void, onClose: (() => void) | undefined) => ComponentChildren;
  children: (onMenu: () => void) => ComponentChildren;
}

/** A list on the left and what is open of it beside; on a phone the list is a drawer. */
export function Frame({ listId, listLabel, hasOpen, skip, list, children }: FrameProps) {
  const narrow = useMediaQuery(DRAWER_QUERY);
  const [pulled, setPulled] = useState(false);
  const sidebar = useRef<HTMLElement>(null);
  const puller = useRef<Element>(null);
  // On a phone the list is what one sees first.
  const drawerOpen = narrow && (pulled || !hasOpen);
  const pull = () => {
    puller.current = document.activeElement;
    setPulled(true);
  };
  const closeDrawer = narrow && hasOpen ? () => setPulled(false) : undefined;
  useDrawerFocus(drawerOpen && pulled, sidebar, puller);

  return (
    <div
      class={`chat${drawerOpen ? " drawer-open" : ""}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !drawerOpen) return;
        // In a dialog that was opened from the list it is the dialog's.
        if (event.target instanceof Element && event.target.closest("dialog[open]")) return;
        closeDrawer?.();
      }}
    >
      {skip}
      <aside id={listId} ref={sidebar} class="sidebar" aria-label={listLabel} inert={narrow && !drawerOpen} tabIndex={-1}>
        {list(() => setPulled(false), closeDrawer)}
      </aside>
      {drawerOpen && closeDrawer && <div class="backdrop" onClick={closeDrawer} />}
      <main class="room" inert={drawerOpen}>
        {children(pull)}
      </main>
    </div>
  );
}

/** Moves the focus into a drawer that was pulled out, and back to what pulled it when it is put away. */
function useDrawerFocus(open: boolean, drawer: { current: HTMLElement | null }, puller: { current: Element | null }): void {
  useEffect(() => {
    if (!open) return undefined;
    drawer.current?.focus();
    return () => {
      const { current } = puller;
      if (current instanceof HTMLElement) returnFocus(() => current);
    };
  }, [open]);
}
