import { pathOf } from "../../client/src/index";
import { call } from "../api";
import type { Session } from "../session/session";

/** Asks what the first links of messages lead to. It rejects with a ChatError. */
export function askPreviews(session: Session, roomId: string, seqs: readonly number[]): Promise<unknown> {
  return call("GET", `/api${pathOf("rooms", roomId, "previews")}?seqs=${seqs.join(",")}`, session.token);
}
