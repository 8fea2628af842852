// Moments as people read them. The page speaks English; the clock's form is the viewer's.

const locale = navigator.languages.find((language) => language.startsWith("en")) ?? "en-GB";
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const seconds = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
const dayAndMonth = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", weekday: "long" });
const fullDate = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const shortDate = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const shortYear = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric" });
const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });

export function clockTime(at: number): string {
  return clock.format(at);
}

/** The time of day to the second. */
export function secondsTime(at: number): string {
  return seconds.format(at);
}

export function exactTime(at: number): string {
  return exact.format(at);
}

/** A day and its time, to the minute. */
export function dateAndTime(at: number): string {
  return dateTime.format(at);
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
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return weekday.format(at);
  if (new Date(at).getFullYear() === new Date(now).getFullYear()) return dayAndMonth.format(at);
  return fullDate.format(at);
}

/** How long ago something was: "just now", "5 min ago", "3 h ago", "yesterday", "on 4 May". */
export function agoText(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const days = daysBetween(at, now);
  if (days === 0 || minutes < 12 * 60) return `${Math.floor(minutes / 60)} h ago`;
  if (days === 1) return "yesterday";
  return `on ${new Date(at).getFullYear() === new Date(now).getFullYear() ? shortDate.format(at) : fullDate.format(at)}`;
}

/** When something was last said, as short as a list needs it. */
export function shortTime(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clock.format(at);
  if (days === 1) return "Yesterday";
  if (days < 7) return weekday.format(at).slice(0, 3);
  if (new Date(at).getFullYear() === new Date(now).getFullYear()) return shortDate.format(at);
  return shortYear.format(at);
}
