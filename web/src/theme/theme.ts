// Light, dark, or what the system says. public/theme.js reads the same key before the first paint.

import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "roomstream.theme";

export const theme = signal<Theme>(stored());

export function setTheme(next: Theme): void {
  theme.value = next;
  if (next === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = next;
  try {
    if (next === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // The choice lasts as long as the page.
  }
}

function stored(): Theme {
  const now = document.documentElement.dataset["theme"];
  return now === "light" || now === "dark" ? now : "system";
}
