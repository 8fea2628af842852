import type { Chat } from "../chat/chat";
import type { AdminRequests } from "./requests";
import type { RoomNames } from "./roomNames";

/** What every screen of moderators and admins is given. */
export interface ScreenProps {
  chat: Chat;
  requests: AdminRequests;
  names: RoomNames;
  /** The room it is about; undefined: all of them. */
  roomId: string | undefined;
}
