import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { mayModerate } from "../rooms/rights";
import { Dialog } from "../ui/Dialog";
import { About } from "./About";
import { Invitations } from "./Invitations";
import { Members } from "./Members";

type Part = "about" | "members" | "invitations";

const partNames: Readonly<Record<Part, string>> = { about: "About", members: "Members", invitations: "Invitations" };

interface RoomPanelProps {
  chat: Chat;
  room: RoomState;
  onClose: () => void;
}

/** All that is to be known of a room and done with it, as far as our role allows. */
export function RoomPanel({ chat, room, onClose }: RoomPanelProps) {
  const [part, setPart] = useState<Part>("about");
  const parts: Part[] = mayModerate(room.info.value) ? ["about", "members", "invitations"] : ["about", "members"];
  const shown = parts.includes(part) ? part : "about";
  return (
    <Dialog title={room.name.value} side onClose={onClose}>
      <div class="segments" role="group" aria-label="What to see of the room">
        {parts.map((name) => (
          <button key={name} type="button" aria-pressed={name === shown} onClick={() => setPart(name)}>
            {partNames[name]}
          </button>
        ))}
      </div>
      {shown === "about" && <About chat={chat} room={room} onClose={onClose} />}
      {shown === "members" && <Members chat={chat} room={room} />}
      {shown === "invitations" && <Invitations chat={chat} room={room} />}
    </Dialog>
  );
}
