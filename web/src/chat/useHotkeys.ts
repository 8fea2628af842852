import { useEffect, useRef } from "preact/hooks";
import type { Hotkeys } from "../keys/hotkeys";

/** Has the keys of the chat work as long as the component is there. What they mean is loaded behind what is seen first. */
export function useHotkeys(keys: Hotkeys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    let isOver = false;
    let end: (() => void) | undefined;
    import("../keys/hotkeys").then(
      ({ listenForKeys }) => {
        if (!isOver) end = listenForKeys({ find: () => current.current.find(), help: () => current.current.help() });
      },
      () => undefined, // all of it can be done without keys
    );
    return () => {
      isOver = true;
      end?.();
    };
  }, []);
}
