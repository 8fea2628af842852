// Numbers and lists as people read them, in the language of the page.

import { computed } from "@preact/signals";
import { locale, speech } from "./language";

const lists = computed(() => new Intl.ListFormat(locale.value, { type: "conjunction" }));

export function numberText(n: number): string {
  return speech.value.numbers.format(n);
}

/** "Ann, Bo and Cem". */
export function listText(names: readonly string[]): string {
  return lists.value.format(names.map((name) => speech.value.isolate(name)));
}

/** "7 days". */
export function unitText(n: number, unit: "day" | "hour" | "minute" | "second"): string {
  return new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay: "long" }).format(n);
}
