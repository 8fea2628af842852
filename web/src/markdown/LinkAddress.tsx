import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/**
 * Shows where a link with words of its own leads while it has the keyboard's focus; under the mouse its title does, and reads it to a
 * screen reader. It stands outside the messages, so that none of them moves.
 */
export function LinkAddress({ area }: { area: RefObject<HTMLElement | null> }) {
  const [address, setAddress] = useState("");
  useEffect(() => {
    const element = area.current;
    if (!element) return undefined;
    const entered = ({ target }: FocusEvent) => setAddress(target instanceof HTMLAnchorElement && target.matches("[data-named]:focus-visible") ? target.href : "");
    const left = () => setAddress("");
    element.addEventListener("focusin", entered);
    element.addEventListener("focusout", left);
    return () => {
      element.removeEventListener("focusin", entered);
      element.removeEventListener("focusout", left);
    };
  }, [area]);
  if (address === "") return null;
  return (
    <p class="link-address" aria-hidden="true" dir="ltr">
      {address}
    </p>
  );
}
