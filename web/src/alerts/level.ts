// Of which messages of a room one is told, by what one has set for it.

import type { Alerts } from "../../client/src/index";
import type { RoomType } from "../protocol";

const LEVELS = ["all", "mentions", "nothing"] as const;

export type Level = (typeof LEVELS)[number];

/** A mute without an end ends then. */
const FOREVER = new Date("9999-12-31T23:59:59.999Z");
const HOUR_MS = 3_600_000;
/** When people who mute "until tomorrow" want to hear of it again: at this hour of their day. */
const MORNING_HOUR = 8;
/** Names everybody in a room. */
const EVERYBODY = "@room";

export function usualLevel(type: RoomType): Level {
  return type === "direct" ? "all" : "mentions";
}

export function levelOf(alerts: Alerts | undefined, type: RoomType): Level {
  return LEVELS.find((level) => level === alerts?.level) ?? usualLevel(type);
}

/** Until when a room is muted, ms since 1970; undefined: it is not. now: by the server's clock, as in all of these. */
export function mutedUntil(alerts: Alerts | undefined, now: number): number | undefined {
  const until = Date.parse(alerts?.mutedUntil ?? "");
  return until > now ? until : undefined;
}

/** Whether one is told of nothing in a room: then it shows no number. */
export function isQuiet(alerts: Alerts | undefined, now: number): boolean {
  return alerts?.level === "nothing" || mutedUntil(alerts, now) !== undefined;
}

/** Whether it has no end that anybody will see. */
export function isForever(until: number): boolean {
  return until >= FOREVER.getTime();
}

/** Whether somebody wants to be told of a message of another. inThread: it answers in a thread that is followed. */
export function wants(alerts: Alerts | undefined, type: RoomType, mentions: readonly string[], me: string, now: number, inThread = false): boolean {
  if (mutedUntil(alerts, now) !== undefined) return false;
  const level = levelOf(alerts, type);
  return level === "all" || (level === "mentions" && (inThread || mentions.includes(me) || mentions.includes(EVERYBODY)));
}

export type MuteChoice = "hour" | "hours" | "tomorrow" | "ever";

/** When a mute that is chosen now ends. */
export function muteEnd(choice: MuteChoice, now: Date): Date {
  switch (choice) {
    case "hour":
      return new Date(now.getTime() + HOUR_MS);
    case "hours":
      return new Date(now.getTime() + 8 * HOUR_MS);
    case "tomorrow":
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING_HOUR);
    case "ever":
      return FOREVER;
  }
}

