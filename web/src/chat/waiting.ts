// A message of the outbox, as the timeline shows it.

import type { OutboxEntry } from "../../client/src/index";
import type { Waiting } from "../timeline/log";

export function waitingOf({ clientId, order, payload, failed }: OutboxEntry, clockSkewMs: number): Waiting {
  const { text, attachments, parent } = payload;
  const files = Array.isArray(attachments) ? attachments.filter((id) => typeof id === "string") : [];
  return { clientId, text: typeof text === "string" ? text : "", at: order + clockSkewMs, attachments: files, ...(typeof parent === "number" && { parent }), ...(failed && { error: failed }) };
}
