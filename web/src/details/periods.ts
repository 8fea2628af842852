// Lengths of time as people choose them.

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
    [SECOND, "second"],
  ] as const) {
    if (ms >= unit && ms % unit === 0) return `${ms / unit} ${name}${ms === unit ? "" : "s"}`;
  }
  return `${ms / SECOND} seconds`;
}

function optionsOf(periods: readonly number[]): Option[] {
  return periods.map((ms) => ({ value: String(ms), label: periodText(ms) }));
}

/** Slow mode's, with the one that is set. */
export function paceOptions(set: number): Option[] {
  const usual = [5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
  const all = [...new Set(set > 0 ? [...usual, set] : usual)].sort((a, b) => a - b);
  return [{ value: "0", label: "Off" }, ...optionsOf(all)];
}

export const BAN_OPTIONS = optionsOf([HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY]);
export const INVITATION_OPTIONS = optionsOf([HOUR, DAY, 7 * DAY, 30 * DAY]);
/** What stands in those two at first. */
export const USUAL_BAN = String(DAY);
export const USUAL_INVITATION = String(7 * DAY);
