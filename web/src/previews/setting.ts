// Whether this device shows previews of links.

import { signal } from "@preact/signals";

const KEY = "roomstream.previews";
const OFF = "off";

export const showsPreviews = signal(stored());

export function setPreviews(on: boolean): void {
  showsPreviews.value = on;
  try {
    if (on) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
  } catch {
    // The choice lasts as long as the page.
  }
}

function stored(): boolean {
  try {
    return globalThis.localStorage?.getItem(KEY) !== OFF;
  } catch {
    return true;
  }
}
