import type { ComponentChildren } from "preact";
import type { Presence } from "../../client/src/index";
import { agoText } from "./time";

const words: Readonly<Record<string, string>> = { online: "Online", idle: "Away", dnd: "Do not disturb", invisible: "Invisible" };

/** How present somebody is, for people; empty while that is not known. */
export function presenceText(presence: Presence | undefined, now: number): string {
  if (!presence) return "";
  const known = words[presence.status];
  if (known !== undefined) return known;
  const seen = Date.parse(presence.lastSeen ?? "");
  return Number.isNaN(seen) ? "Offline" : `Last seen ${agoText(seen, now)}`;
}

/** A picture with a dot that says how present its person is. The dot differs in form, too. */
export function WithPresence({ presence, children }: { presence: Presence | undefined; children: ComponentChildren }) {
  return (
    <span class="with-presence" data-presence={presence?.status}>
      {children}
    </span>
  );
}
