import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import type { OutboxEntry } from "../../client/src/index";
import type { LogEvent, NewMessage, Reactions } from "../protocol";
import { People } from "./people";
import { type Reacting, reactingByRoom, type ShownReactions, withAcked, withoutLogged, withReacting, withWaiting } from "./reacting";
import { RoomState } from "./room";

const on = (clientId: string, emoji: string, more: Partial<Reacting> = {}): Reacting => ({ clientId, target: 1, emoji, on: true, ...more });
const off = (clientId: string, emoji: string): Reacting => on(clientId, emoji, { on: false });

/** What one sees on a message, in its order. */
function shown(logged: Reactions, ...reacting: Reacting[]): [string, object][] {
  const [item] = withReacting([{ seq: 1, deleted: false, reactions: logged as ShownReactions }], reacting);
  return Object.entries(item?.reactions ?? {});
}

test("what is on its way is laid over what the log has, and is marked", () => {
  const logged = { "👍": { count: 2, me: false }, "🎉": { count: 1, me: true }, "❤️": { count: 3, me: true } };
  expect(shown(logged, on("a", "👍"), off("b", "🎉"), off("c", "❤️"), on("d", "😮"))).toEqual([
    ["👍", { count: 3, me: true, waiting: true }],
    ["❤️", { count: 2, me: false, waiting: true }],
    ["😮", { count: 1, me: true, waiting: true }],
  ]);
});

test("of one emoji the last counts, and what the log says already is not counted twice", () => {
  expect(shown({}, on("a", "👍"), off("b", "👍"))).toEqual([]);
  expect(shown({ "👍": { count: 1, me: true } }, off("a", "👍"), on("b", "👍"))).toEqual([["👍", { count: 1, me: true }]]);
  expect(shown({ "👍": { count: 1, me: true } }, on("a", "👍"))).toEqual([["👍", { count: 1, me: true }]]);
  expect(shown({}, off("a", "👍"))).toEqual([]);
});

test("what is acked and not logged yet is shown, and waits no more", () => {
  expect(shown({}, on("a", "👍", { seq: 9 }))).toEqual([["👍", { count: 1, me: true }]]);
});

test("an emoji that is called as something every object has is one like all others", () => {
  expect(shown({}, on("a", "__proto__"), on("b", "constructor"))).toEqual([
    ["__proto__", { count: 1, me: true, waiting: true }],
    ["constructor", { count: 1, me: true, waiting: true }],
  ]);
});

test("other messages stay the same objects, and what is deleted shows nothing", () => {
  const items = [{ seq: 1, deleted: true, reactions: {} }, { seq: 2, deleted: false, reactions: {} }, { seq: 3, deleted: false, reactions: {} }];
  const [deleted, reacted, other] = withReacting(items, [on("a", "👍"), on("b", "👍", { target: 2 })]);
  expect([deleted === items[0], other === items[2]]).toEqual([true, true]);
  expect(reacted?.reactions).toEqual({ "👍": { count: 1, me: true, waiting: true } });
  expect(withReacting(items, [])).toBe(items);
});

test("of an outbox it is the reactions, by room and in their order", () => {
  const entry = (clientId: string, roomId: string, event: string, payload: object): OutboxEntry => ({ clientId, user: "me", order: 0, event, roomId, payload: { ...payload, roomId, clientId } });
  const entries = [
    entry("a", "r", "send_message", { text: "x" }),
    entry("b", "r", "set_reaction", { seq: 1, emoji: "👍", on: true }),
    entry("c", "q", "set_reaction", { seq: 7, emoji: "🎉", on: false }),
    entry("d", "r", "set_reaction", { seq: 1, emoji: "👍", on: false }),
    entry("e", "r", "set_reaction", { seq: "1", emoji: "👍", on: true }),
  ];
  expect([...reactingByRoom(entries)]).toEqual([
    ["r", [on("b", "👍"), off("d", "👍")]],
    ["q", [{ ...off("c", "🎉"), target: 7 }]],
  ]);
});

test("what left the outbox stays if it was acked, until the log has come so far", () => {
  const waiting = [on("a", "👍"), on("b", "🎉")];
  const acked = withAcked(withWaiting([], waiting), "a", 9);
  expect(withWaiting(acked, [on("b", "🎉")])).toEqual([on("a", "👍", { seq: 9 }), on("b", "🎉")]);
  expect(withWaiting(acked, [])).toEqual([on("a", "👍", { seq: 9 })]); // the other was refused
  expect(withoutLogged(acked, 8)).toBe(acked);
  expect(withoutLogged(acked, 9)).toEqual([on("b", "🎉")]);
  expect(withoutLogged(acked, -1)).toEqual([on("b", "🎉")]);
});

const AT = "2026-01-01T00:00:00.000Z";
const message = (seq: number): LogEvent & NewMessage => ({ event: "new_message", id: "", roomId: "r", seq, text: "x", author: "ann", timestamp: AT });
const reaction = (seq: number): LogEvent => ({ event: "reaction_updated", roomId: "r", seq, target: 1, emoji: "👍", author: "me", on: true, counts: { "👍": 1 } });

function room(): RoomState {
  const r = new RoomState("r", "me", new People({ id: "me", name: "Me" }, { people: () => Promise.reject(new Error("nobody is asked here")) } as never), signal(0));
  r.dispatch({ type: "joined", lastSeq: 0 });
  r.take(message(1));
  r.reacting.value = [on("a", "👍")];
  return r;
}

test("a room shows one reaction from the press to its event, whichever of its answer and its event comes first", () => {
  const seen = (r: RoomState) => withReacting([{ seq: 1, deleted: false, reactions: (r.log.value.messages[0]?.reactions ?? {}) as ShownReactions }], r.reacting.value)[0]?.reactions["👍"];
  const answered = room();
  expect(seen(answered)).toEqual({ count: 1, me: true, waiting: true });
  answered.dispatch({ type: "sent", clientId: "a", seq: 2 });
  answered.reacting.value = withWaiting(answered.reacting.value, []);
  expect(seen(answered)).toEqual({ count: 1, me: true });
  answered.take(reaction(2));
  expect([seen(answered), answered.reacting.value]).toEqual([{ count: 1, me: true }, []]);

  const told = room();
  told.take(reaction(2));
  expect(seen(told)).toEqual({ count: 1, me: true });
  told.dispatch({ type: "sent", clientId: "a", seq: 2 });
  expect([seen(told), told.reacting.value]).toEqual([{ count: 1, me: true }, []]);
});

test("after a reset nothing waits for an event that the log has lost", () => {
  const r = room();
  r.dispatch({ type: "sent", clientId: "a", seq: 2 });
  expect(r.reacting.value).toHaveLength(1);
  r.dispatch({ type: "reset", reason: "ahead", lastSeq: 0 });
  expect(r.reacting.value).toEqual([]);
});
