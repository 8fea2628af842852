// Lengths of time as people choose them.

import { t } from "../i18n/en/details";
import { unitText } from "../i18n/number";
import type { Option } from "../ui/SelectField";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "30 seconds", "1 hour", "7 days". */
export function periodText(ms: number): string {
  for (const [unit, name] of [
    [DAY, "day"],
    [HOUR, "hour"],
    [MINUTE, "minute"],
  ] as const) {
    if (ms >= unit && ms % unit === 0) return unitText(ms / unit, name);
  }
  return unitText(ms / SECOND, "second");
}

/** In the language of the page: to be asked for while it is drawn. */
export function optionsOf(periods: readonly number[]): Option[] {
  return periods.map((ms) => ({ value: String(ms), label: periodText(ms) }));
}

/** Slow mode's, with the one that is set. */
export function paceOptions(set: number): Option[] {
  const usual = [5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
  const all = [...new Set(set > 0 ? [...usual, set] : usual)].sort((a, b) => a - b);
  return [{ value: "0", label: t("off") }, ...optionsOf(all)];
}

/** How long a ban may last, in ms. */
export const BANS = [HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY];
/** How long an invitation may be good, in ms. */
export const INVITATIONS = [HOUR, DAY, 7 * DAY, 30 * DAY];
/** What stands in those two at first. */
export const USUAL_BAN = String(DAY);
export const USUAL_INVITATION = String(7 * DAY);
