// Whether the ? key lists the keys on this device. Whoever speaks to his device, or presses keys by accident, can switch it off:
// WCAG 2.2 asks that of every key that is a mere character (success criterion 2.1.4).

const KEY = "roomstream.help-key";
const OFF = "off";

/** The choice of a page that may store nothing; it lasts as long as the page. */
let unstored = true;

export function hasHelpKey(): boolean {
  try {
    return localStorage.getItem(KEY) !== OFF;
  } catch {
    return unstored;
  }
}

export function setHelpKey(on: boolean): void {
  unstored = on;
  try {
    if (on) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
  } catch {
    // It is kept above.
  }
}
