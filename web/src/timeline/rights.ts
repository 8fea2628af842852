// What is left of the table of Rights for a message's menu.

import type { RoomState } from "../chat/room";
import { mayModerate, mayPin, whyNotWrite } from "../rooms/rights";

/** Read in a component, it follows. Messages that were kept are only read: what became of them since is not known here. An answer waits as any message does. */
export function rightsIn(room: RoomState) {
  const info = room.info.value;
  const mayReply = whyNotWrite(info) === undefined;
  const mayChange = room.keptAt.value === undefined;
  return { mayReply, mayWrite: mayReply && mayChange, mayDeleteAll: mayModerate(info) && mayChange, mayPin: mayPin(info) && mayChange, mayReport: info.type !== "direct" };
}
