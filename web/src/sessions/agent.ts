// Which program and which system a User-Agent names, in the words people know them by.
//
// Programs also call themselves by the names of those they are like: Edge says Chrome and Safari, Android says Linux. So the
// order of the lists decides. What reads an iPad's desktop pages is not told from a Mac: both say the same.

import { t } from "../i18n/en/sessions";
import { speech } from "../i18n/language";

/** Either is undefined where nothing known is named. */
export interface Device {
  readonly program: string | undefined;
  readonly system: string | undefined;
}

type Names = readonly (readonly [named: RegExp, called: string])[];

const PROGRAMS: Names = [
  [/\bEdg(?:e|A|iOS)?\//u, "Edge"],
  [/\b(?:OPR|OPT|OPiOS|Opera)\//u, "Opera"],
  [/\bSamsungBrowser\//u, "Samsung Internet"],
  [/\bVivaldi\//u, "Vivaldi"],
  [/\b(?:Firefox|FxiOS)\//u, "Firefox"],
  [/(?:Chrome|Chromium|CriOS)\//u, "Chrome"], // also HeadlessChrome
  [/\bVersion\/.*\bSafari\//u, "Safari"],
];

const SYSTEMS: Names = [
  [/\b(?:iPhone|iPod)\b/u, "iPhone"],
  [/\biPad\b/u, "iPad"],
  [/\bAndroid\b/u, "Android"],
  [/\bCrOS\b/u, "ChromeOS"],
  [/\bWindows\b/u, "Windows"],
  [/\bMac(?:intosh|OS| OS X)\b/iu, "macOS"],
  [/\b(?:Linux|X11)\b/u, "Linux"],
];

/** The name that a program without a browser's many begins with: "curl" of "curl/8.5.0". */
const FIRST_NAME = /^[^\s/();]+/u;

export function deviceOf(agent: string): Device {
  const first = FIRST_NAME.exec(agent)?.[0];
  return {
    program: calledIn(PROGRAMS, agent) ?? (first === "Mozilla" ? undefined : first),
    system: calledIn(SYSTEMS, agent),
  };
}

function calledIn(names: Names, agent: string): string | undefined {
  return names.find(([named]) => named.test(agent))?.[1];
}

/** "Firefox on Windows", or as much of it as is known: words of the page's language, in which names are kept apart. */
export function deviceText(agent: string | undefined): string {
  const { program, system } = deviceOf(agent ?? "");
  if (program !== undefined && system !== undefined) return t("on", { program, system });
  return program === undefined ? (system ?? t("unknown")) : speech.value.isolate(program);
}
