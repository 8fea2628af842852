import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { mayModerate } from "../rooms/rights";

/** The rooms that we moderate, by name. Read in a component, it follows. */
export function moderated(chat: Chat): RoomState[] {
  return [...chat.rooms.value.values()].filter((room) => mayModerate(room.info.value)).sort((a, b) => a.name.value.localeCompare(b.name.value));
}
