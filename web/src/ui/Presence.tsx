import type { ComponentChildren } from "preact";
import type { Presence } from "../../client/src/index";
import { t } from "../i18n/en/ui";
import { agoText, dateOf } from "./time";

const PRESENT = ["online", "idle", "dnd", "invisible"] as const;

/** How present somebody is, for people; empty while that is not known. */
export function presenceText(presence: Presence | undefined, now: number): string {
  if (!presence) return "";
  const present = PRESENT.find((status) => status === presence.status);
  if (present !== undefined) return t(present);
  const seen = Date.parse(presence.lastSeen ?? "");
  if (Number.isNaN(seen)) return t("offline");
  const ago = agoText(seen, now);
  return ago === undefined ? t("lastSeenOn", { date: dateOf(seen, now) }) : t("lastSeen", { ago });
}

/** A picture with a dot that says how present its person is. The dot differs in form, too. */
export function WithPresence({ presence, children }: { presence: Presence | undefined; children: ComponentChildren }) {
  return (
    <span class="with-presence" data-presence={presence?.status}>
      {children}
    </span>
  );
}
