// What is left of the table of Rights for a message's menu.

import type { RoomState } from "../chat/room";
import { mayModerate, mayPin, whyNotWrite } from "../rooms/rights";

/** Read in a component, it follows. */
export function rightsIn(room: RoomState) {
  const info = room.info.value;
  return { mayWrite: whyNotWrite(info) === undefined, mayDeleteAll: mayModerate(info), mayPin: mayPin(info), mayReport: info.type !== "direct" };
}
