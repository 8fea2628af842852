// Moments as people read them: in the language of the page, by the clock and the calendar of the viewer.

import { computed } from "@preact/signals";
import { t } from "../i18n/en/time";
import { locale } from "../i18n/language";

const forms = computed(() => {
  const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale.value, options);
  return {
    clock: form({ timeStyle: "short" }),
    seconds: form({ timeStyle: "medium" }),
    weekday: form({ weekday: "long" }),
    shortWeekday: form({ weekday: "short" }),
    dayAndMonth: form({ day: "numeric", month: "long", weekday: "long" }),
    fullDate: form({ day: "numeric", month: "long", year: "numeric" }),
    shortDate: form({ day: "numeric", month: "short" }),
    shortYear: form({ month: "short", year: "numeric" }),
    dateTime: form({ dateStyle: "medium", timeStyle: "short" }),
    dayAndTime: form({ weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }),
    weekdayAndTime: form({ weekday: "long", hour: "2-digit", minute: "2-digit" }),
    exact: form({ dateStyle: "full", timeStyle: "medium" }),
    ago: new Intl.RelativeTimeFormat(locale.value, { numeric: "auto", style: "short" }),
  };
});

export function clockTime(at: number): string {
  return forms.value.clock.format(at);
}

/** The time of day to the second. */
export function secondsTime(at: number): string {
  return forms.value.seconds.format(at);
}

export function exactTime(at: number): string {
  return forms.value.exact.format(at);
}

/** A day and its time, to the minute. */
export function dateAndTime(at: number): string {
  return forms.value.dateTime.format(at);
}

/** A day of this year, with its weekday, and its time. */
export function dayAndTime(at: number): string {
  return forms.value.dayAndTime.format(at);
}

/** A time within a week. */
export function weekdayAndTime(at: number): string {
  return forms.value.weekdayAndTime.format(at);
}

/** Whole days between two moments, by the viewer's calendar. */
export function daysBetween(earlier: number, later: number): number {
  const midnight = (at: number) => {
    const date = new Date(at);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  };
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}

/** A day's heading: "Today", "Yesterday", "Tuesday", "Tuesday, 4 May", "4 May 2024". */
export function dayName(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  if (days > 1 && days < 7) return forms.value.weekday.format(at);
  if (isSameYear(at, now)) return forms.value.dayAndMonth.format(at);
  return forms.value.fullDate.format(at);
}

/** How long ago something was: "just now", "5 min ago", "3 h ago", "yesterday"; undefined: longer, and a date says more. */
export function agoText(at: number, now: number): string | undefined {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return t("justNow");
  const { ago } = forms.value;
  if (minutes < 60) return ago.format(-minutes, "minute");
  const days = daysBetween(at, now);
  if (days === 0 || minutes < 12 * 60) return ago.format(-Math.floor(minutes / 60), "hour");
  return days === 1 ? ago.format(-1, "day") : undefined;
}

/** A date, without the year where it is this one. */
export function dateOf(at: number, now: number): string {
  return (isSameYear(at, now) ? forms.value.shortDate : forms.value.fullDate).format(at);
}

/** When something was last said, as short as a list needs it. */
export function shortTime(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clockTime(at);
  if (days === 1) return t("yesterday");
  const { shortWeekday, shortDate, shortYear } = forms.value;
  if (days < 7) return shortWeekday.format(at);
  return (isSameYear(at, now) ? shortDate : shortYear).format(at);
}

function isSameYear(at: number, now: number): boolean {
  return new Date(at).getFullYear() === new Date(now).getFullYear();
}
