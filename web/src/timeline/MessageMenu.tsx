import type { RefObject } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { type Action, ActionMenu } from "../ui/ActionMenu";
import { useLongPress } from "../ui/useLongPress";
import type { Item } from "./rows";

/** How long what came of an action is said, in ms. */
const SAID_MS = 4_000;

interface MessageMenuProps {
  timeline: RefObject<HTMLDivElement | null>;
  items: readonly Item[];
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

/** The one menu of a timeline: it opens for the message a finger rests on, or whose button is pressed. */
export function MessageMenu({ timeline, items, onRetry, onDiscard }: MessageMenuProps) {
  const [opened, setOpened] = useState<{ key: string; anchor: HTMLElement }>();
  const [said, setSaid] = useState("");
  const openFor = useCallback((target: Element) => {
    const message = target.closest("[data-key]");
    const anchor = message?.querySelector<HTMLElement>("[data-more]");
    const key = message?.getAttribute("data-key");
    if (anchor && key) setOpened({ key, anchor });
  }, []);
  useLongPress(timeline, openFor);

  useEffect(() => {
    const element = timeline.current;
    const press = (event: Event) => {
      if (event.target instanceof Element && event.target.closest("[data-more]")) openFor(event.target);
    };
    element?.addEventListener("click", press);
    return () => element?.removeEventListener("click", press);
  }, []);
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  const copy = async (text: string) => {
    setSaid("");
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // Refused, or not there at all on a plain-HTTP address.
      setSaid("The browser does not allow copying. Select the text instead.");
    }
  };
  const close = useCallback(
    (restore: boolean) => {
      setOpened(undefined);
      if (!restore) return;
      const to = opened?.anchor.isConnected ? opened.anchor : timeline.current;
      to?.focus({ preventScroll: true });
    },
    [opened],
  );

  const item = opened && items.find((i) => i.key === opened.key && !i.deleted);
  const gone = opened !== undefined && item === undefined;
  useEffect(() => {
    if (gone) close(true);
  }, [gone]);
  return (
    <>
      {opened && item && <ActionMenu label="Message" anchor={opened.anchor} actions={actionsOf(item, copy, onRetry, onDiscard)} onClose={close} />}
      <p class="toast" role="status">
        {said}
      </p>
    </>
  );
}

function actionsOf(item: Item, copy: (text: string) => Promise<void>, onRetry: (id: string) => void, onDiscard: (id: string) => void): Action[] {
  const actions: Action[] = [{ id: "copy", label: "Copy text", icon: "copy", run: () => void copy(item.text) }];
  const { clientId } = item;
  if (item.state !== "failed" || clientId === undefined) return actions;
  return [
    { id: "retry", label: "Retry", icon: "retry", run: () => onRetry(clientId) },
    ...actions,
    { id: "discard", label: "Discard", icon: "close", danger: true, run: () => onDiscard(clientId) },
  ];
}
