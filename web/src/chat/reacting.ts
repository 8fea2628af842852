// Reactions of ours that the log does not hold yet, laid over those it has: what one presses is seen at once, also without a connection.
//
// Order and loss: they are the outbox's, in the order they were made. One that is acked stays until the log has come to its event,
// so that nothing goes and comes again; one that is refused has left the outbox.

import type { OutboxEntry } from "../../client/src/index";
import type { Reaction, Reactions } from "../protocol";

/** One that is on its way. */
export interface Reacting {
  readonly clientId: string;
  readonly target: number; // the seq of its message
  readonly emoji: string;
  readonly on: boolean;
  readonly seq?: number; // of its event, once it is acked
}

/** By emoji, as Reactions. waiting: it is not acked that it is so. */
export type ShownReactions = Readonly<Record<string, Reaction & { readonly waiting?: true }>>;

/** Those that wait in an outbox, by room. */
export function reactingByRoom(entries: readonly OutboxEntry[]): ReadonlyMap<string, readonly Reacting[]> {
  const byRoom = new Map<string, Reacting[]>();
  for (const { event, roomId, clientId, payload, failed } of entries) {
    const { seq, emoji, on } = payload;
    if (event !== "set_reaction" || failed || typeof seq !== "number" || typeof emoji !== "string") continue;
    const one: Reacting = { clientId, target: seq, emoji, on: on === true };
    byRoom.set(roomId, [...(byRoom.get(roomId) ?? []), one]);
  }
  return byRoom;
}

/** What the outbox holds now, behind those that were acked before. */
export function withWaiting(reacting: readonly Reacting[], waiting: readonly Reacting[]): readonly Reacting[] {
  if (reacting.length === 0 && waiting.length === 0) return reacting;
  const ids = new Set(waiting.map(({ clientId }) => clientId));
  return [...reacting.filter(({ seq, clientId }) => seq !== undefined && !ids.has(clientId)), ...waiting];
}

/** One of them is acked: its event has this seq. */
export function withAcked(reacting: readonly Reacting[], clientId: string, seq: number): readonly Reacting[] {
  return reacting.some((one) => one.clientId === clientId) ? reacting.map((one) => (one.clientId === clientId ? { ...one, seq } : one)) : reacting;
}

/** Without those that a log which goes up to last has; last below 0: there is no log. */
export function withoutLogged(reacting: readonly Reacting[], last: number): readonly Reacting[] {
  const isLeft = ({ seq }: Reacting) => seq === undefined || (last >= 0 && seq > last);
  return reacting.every(isLeft) ? reacting : reacting.filter(isLeft);
}

/** Messages with what is on its way on them; those that have nothing are the same objects. */
export function withReacting<I extends { readonly seq: number; readonly deleted: boolean; readonly reactions: ShownReactions }>(items: readonly I[], reacting: readonly Reacting[]): readonly I[] {
  if (reacting.length === 0) return items;
  const targets = new Set(reacting.map(({ target }) => target));
  return items.map((item) => (item.deleted || !targets.has(item.seq) ? item : { ...item, reactions: laidOver(item.reactions, reacting.filter(({ target }) => target === item.seq)) }));
}

/** What was done last with an emoji is what is wanted of it; where the log says so already, nothing is laid over. */
function laidOver(logged: Reactions, reacting: readonly Reacting[]): ShownReactions {
  const shown = new Map<string, ShownReactions[string]>(Object.entries(logged));
  const wanted = new Map(reacting.map((one) => [one.emoji, one]));
  for (const [emoji, { on, seq }] of wanted) {
    const { count, me } = shown.get(emoji) ?? { count: 0, me: false };
    if (me === on) continue;
    const after = count + (on ? 1 : -1);
    if (after > 0) shown.set(emoji, { count: after, me: on, ...(seq === undefined && { waiting: true }) });
    else shown.delete(emoji);
  }
  return Object.fromEntries(shown);
}
