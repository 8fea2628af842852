// Numbers and lists as people read them, in the language of the page.

import { computed } from "@preact/signals";
import { locale, speech, spoken, type Tag } from "./language";

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

/** What stands between the names of a list that has no "and". */
const COMMAS: Partial<Record<Tag, string>> = { ja: "、", "zh-CN": "、", ar: "، " };

/** "Ann, Bo, Cem". */
export function commaText(names: readonly string[]): string {
  return names.map((name) => speech.value.isolate(name)).join(COMMAS[spoken.value.tag] ?? ", ");
}

/** A number with so many digits behind the point, and none of its thousands set apart: "1.0", "1023". */
export function fixedText(n: number, digits: number): string {
  return new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }).format(n);
}
