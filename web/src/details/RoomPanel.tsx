import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/details";
import type { Room } from "../protocol";
import { mayModerate } from "../rooms/rights";
import { Dialog } from "../ui/Dialog";
import { AlertsForm } from "../alerts/AlertsForm";
import { About } from "./About";
import { Files } from "./Files";
import { Invitations } from "./Invitations";
import { Members } from "./Members";
import { Pins } from "./Pins";

export type Part = "about" | "alerts" | "pins" | "files" | "members" | "invitations";

const partNames = { about: "partAbout", alerts: "partAlerts", pins: "partPins", files: "partFiles", members: "members", invitations: "partInvitations" } as const satisfies Record<Part, string>;

interface RoomPanelProps {
  chat: Chat;
  room: RoomState;
  /** What to see first. */
  first: Part;
  onClose: () => void;
}

/** All that is to be known of a room and done with it, as far as our role allows. */
export function RoomPanel({ chat, room, first, onClose }: RoomPanelProps) {
  const [part, setPart] = useState<Part>(first);
  const parts = partsOf(room.info.value);
  const shown = parts.includes(part) ? part : (parts[0] ?? "pins");
  return (
    <Dialog title={room.name.value} side onClose={onClose}>
      {parts.length > 1 && (
        <div class="segments" role="group" aria-label={t("whatToSee")}>
          {parts.map((name) => (
            <button key={name} type="button" aria-pressed={name === shown} onClick={() => setPart(name)}>
              {t(partNames[name])}
            </button>
          ))}
        </div>
      )}
      {shown === "about" && <About chat={chat} room={room} onClose={onClose} />}
      {shown === "alerts" && <AlertsForm chat={chat} room={room} />}
      {shown === "pins" && <Pins chat={chat} room={room} onOpened={onClose} />}
      {shown === "files" && <Files chat={chat} room={room} onOpened={onClose} />}
      {shown === "members" && <Members chat={chat} room={room} />}
      {shown === "invitations" && <Invitations chat={chat} room={room} />}
    </Dialog>
  );
}

/** What there is to see of a room. A direct one has no settings, and its members are its two. */
function partsOf(room: Room): Part[] {
  if (room.type === "direct") return ["pins", "files", "alerts"];
  return mayModerate(room) ? ["about", "pins", "files", "members", "alerts", "invitations"] : ["about", "pins", "files", "members", "alerts"];
}
